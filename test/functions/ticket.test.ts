import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, keys, startApi, transportNamed } from './api.ts';
import { openEvents } from './events.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

test('a ticket opens the stream of its job, once, on whichever instance', async () => {
  const { job, ticket } = await ticketed('watched');
  expect(Date.parse(ticket.expires_at)).toBeGreaterThan(Date.parse(job.created_at));
  const other = await api.another();
  const stream = await openEvents(other.url, ticket.url, { key: null });
  expect(stream.status).toBe(200);
  while (stream.events.length === 0) await new Promise(setImmediate);
  expect(stream.events[0]?.data.job.id).toBe(job.id);
  stream.disconnect();
  for (const url of [api.url, other.url]) {
    expect((await openEvents(url, ticket.url, { key: null })).status).toBe(401);
  }
  await other.close();
});

test('of many who bring one ticket at once, one is let in', async () => {
  const { ticket } = await ticketed('raced');
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => api.call('GET', ticket.url, { key: null })),
  );
  const statuses = answers.map(({ status }) => status).toSorted();
  expect(statuses).toEqual([200, ...Array.from({ length: 7 }, () => 401)]);
});

test('a ticket shows its job and no other, also without naming it', async () => {
  const { job, ticket } = await ticketed('named');
  const bare = ticket.url.replace(/job=[^&]+&/, '');
  expect((await api.call('GET', bare, { key: null })).body.job.id).toBe(job.id);
  const { job: later } = await ticketed('named-later');
  const again = (await api.call('POST', `/api/jobs/${job.id}/ticket`)).body.ticket;
  const path = `/api/transport/${job.transport_id}/status`;
  const wrong = await api.call('GET', `${path}?job=${later.id}&ticket=${again}`, { key: null });
  expect(wrong.body.code).toBe('JOB_NOT_FOUND');
  const third = (await api.call('POST', `/api/jobs/${job.id}/ticket`)).body.ticket;
  const elsewhere = `/api/transport/${later.transport_id}/status?ticket=${third}`;
  expect((await api.call('GET', elsewhere, { key: null })).body.code).toBe('JOB_NOT_FOUND');
});

test('a ticket is worth nothing anywhere else', async () => {
  const { job, ticket } = await ticketed('elsewhere');
  for (const path of [`/api/jobs/${job.id}`, '/api/jobs', '/api/transport']) {
    const answer = await api.call('GET', `${path}?ticket=${ticket.ticket}`, { key: null });
    expect(answer.status).toBe(401);
  }
  const cancel = `/api/jobs/${job.id}/cancel?ticket=${ticket.ticket}`;
  expect((await api.call('POST', cancel, { key: null })).status).toBe(401);
  expect((await api.call('GET', ticket.url, { key: null })).status).toBe(200);
});

test('what is no ticket gets the same answer as no key', async () => {
  const { job } = await ticketed('refused');
  const path = `/api/transport/${job.transport_id}/status`;
  const nobody = await api.call('GET', path, { key: null });
  for (const ticket of ['', 'x', 'a'.repeat(43), 'a'.repeat(101), '%00']) {
    const { status, body } = await api.call('GET', `${path}?ticket=${ticket}`, { key: null });
    expect(status).toBe(401);
    expect({ ...body, trace_id: '' }).toEqual({ ...nobody.body, trace_id: '' });
  }
});

test('a ticket is given only for a job that the caller may read', async () => {
  const { job } = await ticketed('private');
  const path = `/api/jobs/${job.id}/ticket`;
  expect((await api.call('POST', path, { key: keys.other })).body.code).toBe('JOB_NOT_FOUND');
  expect((await api.call('POST', path, { key: keys.executor })).status).toBe(403);
  expect((await api.call('POST', path, { key: null })).status).toBe(401);
});

test('no ticket gets into the log, however its name is written', async () => {
  const { ticket } = await ticketed('unlogged');
  await api.call('GET', ticket.url.replace('ticket=', 'tick%65t='), { key: null });
  await api.call('GET', ticket.url, { key: null });
  expect(api.log.join()).toContain('/status');
  expect(api.log.join()).not.toContain(ticket.ticket);
});

async function ticketed(name: string) {
  const { body: transport } = await api.call('POST', '/api/transport', {
    body: transportNamed(name),
  });
  const { body } = await api.call('POST', `/api/transport/${transport.id}/execute`);
  const path = `/api/jobs/${body.job.id}/ticket`;
  const answer = await api.call('POST', path, { key: keys.reader });
  expect(answer.status).toBe(201);
  return { job: body.job, ticket: answer.body };
}
