import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { isChange } from '../../../functions/http/audit.ts';
import { routes } from '../../../functions/routes.ts';
import { type Api, keys, startApi, transportNamed } from '../api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi({}, { LOG_LEVEL: 'error' });
});
afterAll(() => api.close());

/** The audit entries since the last look. */
function audits(): Record<string, unknown>[] {
  const entries = api.log.slice(seen).map((line) => JSON.parse(line));
  seen = api.log.length;
  return entries.filter((entry) => 'audit' in entry);
}
let seen = 0;

test('what changes something is every call that can, and nothing else', () => {
  expect(routes.filter(isChange).map(({ id }) => id)).toEqual([
    'reconcile',
    'createTransport',
    'replaceTransport',
    'deleteTransport',
    'executeTransport',
    'cancelJob',
    'createTicket',
  ]);
});

describe('every change is audited, whatever the level of the log', () => {
  it('with actor, action, target and result', async () => {
    audits();
    const body = transportNamed('audited');
    const { body: transport } = await api.call('POST', '/api/transport', { body });
    const path = `/api/transport/${transport.id}`;
    const { body: executed } = await api.call('POST', `${path}/execute`, { key: keys.executor });
    const jobPath = `/api/jobs/${executed.job.id}`;
    await api.call('POST', `${jobPath}/ticket`, { key: keys.reader });
    await api.call('DELETE', path);
    await api.call('POST', `${jobPath}/cancel`, { key: keys.other });
    const entries = audits();
    const who = { tenant: 'default', actor_kind: 'key', address: '127.0.0.1' };
    const admin = { ...who, actor: 'admin' };
    expect(entries.map(({ audit }) => audit)).toEqual([
      {
        ...admin,
        action: 'createTransport',
        target: '/api/transport',
        made: path,
        result: 'SUCCEEDED',
      },
      {
        ...who,
        actor: 'executor',
        action: 'executeTransport',
        target: `${path}/execute`,
        made: jobPath,
        result: 'SUCCEEDED',
      },
      {
        ...who,
        actor: 'reader',
        action: 'createTicket',
        target: `${jobPath}/ticket`,
        result: 'SUCCEEDED',
      },
      { ...admin, action: 'deleteTransport', target: path, result: 'CONFLICT' },
      {
        ...admin,
        actor: 'other',
        tenant: 'elsewhere',
        action: 'cancelJob',
        target: `${jobPath}/cancel`,
        result: 'JOB_NOT_FOUND',
      },
    ]);
    expect(entries.map(({ severity }) => severity)).toEqual([
      'INFO',
      'INFO',
      'INFO',
      'WARNING',
      'WARNING',
    ]);
    expect(entries[0]).toMatchObject({
      'logging.googleapis.com/trace': expect.stringMatching(/^projects\/p\/traces\/[0-9a-f]{32}$/),
      message: 'Audit: createTransport by admin: SUCCEEDED',
    });
  });

  it('but not what only reads', async () => {
    audits();
    await api.call('GET', '/api/transport');
    await api.call('POST', '/api/transport/none/preflight');
    expect(audits()).toEqual([]);
  });
});

describe('who is not let in is audited', () => {
  it('without what was shown', async () => {
    audits();
    await api.call('GET', '/api/jobs', { key: 'admin.wr0ng-secret' });
    await api.call('GET', '/api/jobs', {
      key: null,
      headers: { Authorization: 'Bearer a.wr0ng.c' },
    });
    await api.call('GET', '/api/transport/t/status?ticket=wr0ng-ticket', { key: null });
    const entries = audits();
    const unknown = { actor: 'anonymous', result: 'AUTHENTICATION_ERROR', address: '127.0.0.1' };
    expect(entries.map(({ audit }) => audit)).toEqual([
      expect.objectContaining({ ...unknown, action: 'listJobs', target: '/api/jobs' }),
      expect.objectContaining({ ...unknown, action: 'listJobs' }),
      expect.objectContaining({
        ...unknown,
        action: 'getStatus',
        target: '/api/transport/t/status',
      }),
    ]);
    expect(api.log.join('')).not.toContain('wr0ng');
  });

  it('by name when it is the scope that lacks', async () => {
    audits();
    const body = transportNamed('not-allowed');
    await api.call('POST', '/api/transport', { key: keys.reader, body });
    expect(audits().map(({ audit }) => audit)).toEqual([
      expect.objectContaining({ actor: 'reader', tenant: 'default', result: 'PERMISSION_DENIED' }),
    ]);
  });
});
