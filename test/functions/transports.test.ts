import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Api, bucket, keys, startApi, transportNamed } from './api.ts';

let api: Api;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

test('a transport is created, read, listed, replaced and deleted', async () => {
  const created = await api.call('POST', '/api/transport', {
    body: {
      name: 'nightly-hr',
      tables: ['HR.EMPLOYEES', { owner: 'HR', table: 'JOBS', exclude_columns: ['PHOTO'] }],
      destination: { prefix: 'exports/hr', bucket },
      options: { tasks: 2 },
      labels: { team: 'people' },
    },
  });
  expect(created.status).toBe(201);
  expect(created.body).toMatchObject({
    name: 'nightly-hr',
    tables: [
      { owner: 'HR', table: 'EMPLOYEES' },
      { owner: 'HR', table: 'JOBS', exclude_columns: ['PHOTO'] },
    ],
    destination: { prefix: 'exports/hr', bucket },
    options: { tasks: 2, gzip_level: 1, verify: 'count', snapshot: 'job' },
    labels: { team: 'people' },
    latest_version: 0,
  });
  expect(Object.keys(created.body)).not.toContain('tenant');
  const path = `/api/transport/${created.body.id}`;
  expect(created.headers.get('location')).toBe(path);
  expect(created.headers.get('etag')).toBe(`"${created.body.etag}"`);

  const read = await api.call('GET', path, { key: keys.reader });
  expect(read.body).toEqual(created.body);
  expect(read.headers.get('etag')).toBe(created.headers.get('etag'));
  const listed = await api.call('GET', '/api/transport');
  expect(listed.body.transports).toContainEqual(created.body);

  const replaced = await api.call('PUT', path, {
    body: { ...transportNamed('nightly-hr'), labels: { team: 'hr' } },
    headers: { 'If-Match': read.headers.get('etag') ?? '' },
  });
  expect(replaced.status).toBe(200);
  expect(replaced.body.labels).toEqual({ team: 'hr' });
  expect(replaced.body.etag).not.toBe(created.body.etag);

  const deleted = await api.call('DELETE', path);
  expect([deleted.status, deleted.body]).toEqual([204, undefined]);
  expect((await api.call('GET', path)).body.code).toBe('TRANSPORT_NOT_FOUND');
});

test('conditions, types and a dataset come back as they were given', async () => {
  const table = {
    owner: 'HR',
    table: 'JOBS',
    where: [
      { column: 'ID', op: 'in', value: ['9007199254740993', 5] },
      { column: 'OPEN', op: '=', value: true },
      { column: 'CLOSED', op: 'is_null' },
    ],
    column_types: { PAY: 'BIGNUMERIC' },
  };
  const options = {
    number_default: 'BIGNUMERIC',
    dates: 'string',
    time_zones: 'region',
    on_replacement: 'fail',
  };
  const destination = { prefix: 'exports', dataset: 'my-project.hr' };
  const body = { ...transportNamed('conditions'), tables: [table], options, destination };
  const created = await api.call('POST', '/api/transport', { body });
  expect(created.status).toBe(201);
  expect(created.body).toMatchObject({ tables: [table], options, destination });
  const read = await api.call('GET', `/api/transport/${created.body.id}`);
  expect(read.body).toEqual(created.body);
});

test('a condition that cannot be is refused, with its place', async () => {
  const table = { owner: 'A', table: 'B', where: [{ column: 'C', op: '=', value: null }] };
  const { status, body } = await api.call('POST', '/api/transport', {
    body: { ...transportNamed('refused'), tables: [table] },
  });
  expect(status).toBe(400);
  expect(body.details.problems).toEqual([
    { field: 'body.tables.0.where.0.value', message: 'null is never a value: use is_null' },
  ]);
});

test('a change or deletion on the ground of an old etag is refused', async () => {
  const { body } = await api.call('POST', '/api/transport', { body: transportNamed('etags') });
  const path = `/api/transport/${body.id}`;
  const change = { body: transportNamed('etags') };
  await api.call('PUT', path, change);
  for (const etag of [`"${body.etag}"`, body.etag, `W/"${body.etag}"`]) {
    const headers = { 'If-Match': etag };
    const refused = await api.call('PUT', path, { ...change, headers });
    expect([refused.status, refused.body.code]).toEqual([412, 'PRECONDITION_FAILED']);
    expect((await api.call('DELETE', path, { headers })).status).toBe(412);
  }
  const any = { 'If-Match': '*' };
  expect((await api.call('PUT', path, { ...change, headers: any })).status).toBe(200);
  const two = await api.call('PUT', path, { ...change, headers: { 'If-Match': '"a", "b"' } });
  expect(two.body.details.problems[0].field).toBe('headers.if-match');
});

test('a refusal names every problem and its place', async () => {
  const { status, body } = await api.call('POST', '/api/transport?dry=1', {
    body: {
      name: 'no spaces',
      tables: ['HR', { owner: 'HR', table: 'A"B' }, 7, { owner: 'HR', tabel: 'X' }],
      destination: { prefix: '/x/' },
      options: { tasks: 0, speed: 'high' },
      colour: 'red',
    },
  });
  expect([status, body.code]).toEqual([400, 'VALIDATION_ERROR']);
  const fields = body.details.problems.map(({ field }: { field: string }) => field);
  expect(fields.toSorted()).toEqual([
    'body.colour',
    'body.destination.prefix',
    'body.name',
    'body.options.speed',
    'body.options.tasks',
    'body.tables.0',
    'body.tables.1.table',
    'body.tables.2',
    'body.tables.3.tabel',
    'body.tables.3.table',
    'query.dry',
  ]);
});

test('a bucket that the configuration does not allow is refused', async () => {
  const body = { ...transportNamed('elsewhere'), destination: { bucket: 'foreign-bucket' } };
  const created = await api.call('POST', '/api/transport', { body });
  expect(created.body.details.problems[0].field).toBe('body.destination.bucket');
  const { body: ok } = await api.call('POST', '/api/transport', { body: transportNamed('here') });
  const replaced = await api.call('PUT', `/api/transport/${ok.id}`, { body });
  expect(replaced.body.code).toBe('VALIDATION_ERROR');
});

test('pages neither repeat nor lose an item when others are added between them', async () => {
  const create = (name: string) =>
    api.call('POST', '/api/transport', { body: transportNamed(name) });
  for (let i = 0; i < 7; i++) await create(`page-${i}`);
  const seen: string[] = [];
  let token: string | null = '';
  while (token !== null) {
    const query: string = token === '' ? '' : `&page_token=${token}`;
    const { body } = await api.call('GET', `/api/transport?page_size=2${query}`);
    seen.push(...body.transports.map(({ name }: { name: string }) => name));
    token = body.next_page_token;
    await create(`late-${seen.length}`);
  }
  const pages = seen.filter((name) => name.startsWith('page-'));
  expect(pages.toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6].map((i) => `page-${i}`));
  expect(seen.filter((name) => name.startsWith('late-'))).toEqual([]);
});

test('page sizes outside 1 to 1000, foreign tokens and repeated fields are refused', async () => {
  const sizes = ['0', '1001', 'x', '', '1e2', '0x10', '%201', '-1', '1.5', '1&page_size=2'];
  for (const query of [...sizes.map((size) => `page_size=${size}`), 'page_token=nonsense']) {
    expect((await api.call('GET', `/api/transport?${query}`)).body.code).toBe('VALIDATION_ERROR');
  }
  const twice = await api.call('GET', '/api/transport?page_token=a&page_token=b');
  expect(twice.body.details.problems[0].field).toBe('query.page_token');
});

test("another tenant's transports do not exist", async () => {
  const { body } = await api.call('POST', '/api/transport', { body: transportNamed('mine') });
  const path = `/api/transport/${body.id}`;
  const attempts = [
    await api.call('GET', path, { key: keys.other }),
    await api.call('PUT', path, { key: keys.other, body: transportNamed('mine') }),
    await api.call('DELETE', path, { key: keys.other }),
    await api.call('GET', `${path}/status`, { key: keys.other }),
    await api.call('POST', `${path}/execute`, { key: keys.other }),
  ];
  expect(attempts.map((answer) => answer.body.code)).toEqual(
    attempts.map(() => 'TRANSPORT_NOT_FOUND'),
  );
  const listed = await api.call('GET', '/api/transport', { key: keys.other });
  expect(listed.body).toEqual({ transports: [], next_page_token: null });
  expect((await api.call('GET', path)).status).toBe(200);
});

test('what cannot be an id at all does not exist either', async () => {
  for (const id of ['a%2Fb', '%2E%2E%2Fx', '__x__', 'x'.repeat(200), '%00']) {
    const { status, body } = await api.call('GET', `/api/transport/${id}`);
    expect([status, body.code]).toEqual([404, 'TRANSPORT_NOT_FOUND']);
  }
});
