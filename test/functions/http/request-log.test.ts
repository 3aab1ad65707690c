import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Api, startApi, transportNamed } from '../api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';

async function entriesOf(work: () => Promise<unknown>, until: string) {
  const before = api.log.length;
  await work();
  const entries = () => api.log.slice(before).map((line) => JSON.parse(line));
  await expect.poll(() => entries().map(({ message }) => message)).toContain(until);
  return entries();
}

it.each([
  ['traceparent', `00-${traceId}-00f067aa0ba902b7-01`],
  ['X-Cloud-Trace-Context', `${traceId}/67667974448284343;o=1`],
])('an entry belongs to the caller’s trace and span, as %s tells them', async (name, value) => {
  const headers = { [name]: value };
  const [entry] = await entriesOf(() => api.call('GET', '/api/jobs', { headers }), 'GET /api/jobs');
  expect(entry).toMatchObject({
    'logging.googleapis.com/trace': `projects/p/traces/${traceId}`,
    'logging.googleapis.com/spanId': '00f067aa0ba902b7',
    httpRequest: { requestMethod: 'GET', requestUrl: '/api/jobs', status: 200 },
  });
});

it('a trace without a span has none in the log', async () => {
  const headers = { 'X-Cloud-Trace-Context': traceId };
  const [entry] = await entriesOf(() => api.call('GET', '/api/jobs', { headers }), 'GET /api/jobs');
  expect(entry['logging.googleapis.com/trace']).toContain(traceId);
  expect(entry).not.toHaveProperty(['logging.googleapis.com/spanId']);
});

it('what is logged of a job can be found by its labels', async () => {
  const body = transportNamed('labelled');
  const { body: transport } = await api.call('POST', '/api/transport', { body });
  const path = `/api/transport/${transport.id}/execute`;
  const entries = await entriesOf(() => api.call('POST', path), 'Transport executed');
  const labels = { job: expect.any(String), transport: 'labelled', version: '1' };
  const executed = entries.find(({ message }) => message === 'Transport executed');
  expect(executed['logging.googleapis.com/labels']).toEqual(labels);
});

it('a failure has the form of Error Reporting', async () => {
  const entries = await entriesOf(() => api.call('GET', '/api/oracle/status'), 'Request failed');
  expect(entries.find(({ message }) => message === 'Request failed')).toMatchObject({
    severity: 'ERROR',
    serviceContext: { service: 'api', version: 'local' },
    stack_trace: expect.stringMatching(/^OraFerryError: .+\n {4}at /),
    context: {
      httpRequest: { method: 'GET', url: '/api/oracle/status', responseStatusCode: 503 },
    },
  });
});
