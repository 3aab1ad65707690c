import fc, { type Arbitrary } from 'fast-check';
import { keys } from '../api.ts';
import type { Case } from './cases.ts';
import type { Operation } from './document.ts';

type Damage = Arbitrary<(to: Case) => Case>;

/** Requests that are wrong in one respect. */
export function refused(operation: Operation, from: Arbitrary<Case>): Arbitrary<Case> {
  const damages = [
    ...everywhere,
    ...(operation.needsKey ? unknownCallers : []),
    ...(operation.body ? wrongBodies : [bodyWhereNone]),
    ...operation.parameters.flatMap(({ name, in: place }) =>
      place === 'query' ? [wrongField(name)] : [],
    ),
  ];
  return fc.tuple(from, fc.oneof(...damages)).map(([sound, damage]) => damage(sound));
}

const text = fc.string({ unit: 'binary', maxLength: 30 }).filter((one) => one.isWellFormed());
const ascii = fc.string({ maxLength: 30 }).map((one) => one.trim());

const everywhere: readonly Damage[] = [
  text.map((name) => (to) => ({
    ...to,
    kind: 'unknown field in the query',
    query: [...to.query, [`x-${name}`, name]],
    expected: [400],
  })),
  fc.constantFrom('PATCH', 'TRACE', 'QUERY').map((method) => (to) => ({
    ...to,
    kind: 'unknown method',
    method,
    body: undefined,
    expected: [405],
  })),
  text.map((segment) => (to) => ({
    ...to,
    kind: 'unknown path',
    path: `${to.path}/${encodeURIComponent(`x${segment}`)}/y`,
    expected: [404],
  })),
  fc.constantFrom('%', '%zz', '%ff', '%c0%af').map((end) => (to) => ({
    ...to,
    kind: 'path that does not decode',
    path: to.path + end,
    expected: [400, 404, 405],
  })),
  fc
    .tuple(fc.constantFrom('If-Match', 'Idempotency-Key', 'Last-Event-ID', 'Traceparent'), ascii)
    .map(([name, value]) => (to) => ({
      ...to,
      kind: 'odd header',
      headers: { ...to.headers, [name]: value },
    })),
];

const unknownCallers: readonly Damage[] = [
  fc
    .oneof(fc.constantFrom('', 'admin', 'admin.', '.s-admin', keys.expired), ascii)
    .filter((key) => !Object.values(keys).includes(key) || key === keys.expired)
    .map((key) => (to) => ({
      ...to,
      kind: 'wrong key',
      headers: { ...to.headers, 'X-API-Key': key },
      expected: [401],
    })),
  ascii.map((token) => (to) => {
    const { 'X-API-Key': _key, ...headers } = to.headers;
    return {
      ...to,
      kind: 'token of nobody',
      headers: { ...headers, Authorization: `Bearer ${token}` },
      expected: [401],
    };
  }),
];

const sent = (kind: string, bodies: Arbitrary<Case['body']>, expected: readonly number[]): Damage =>
  bodies.map((body) => (to) => ({
    ...to,
    kind,
    body,
    headers: { ...to.headers, 'Content-Type': 'application/json' },
    expected,
  }));

const wrongBodies: readonly Damage[] = [
  sent('unknown field in the body', fc.constant('{"name":"x","tables":["A.B"],"x":1}'), [400]),
  sent('same field twice', fc.constant('{"name":"x","name":"y","tables":["A.B"]}'), [400]),
  sent('__proto__', fc.constant('{"labels":{"__proto__":"x"}}'), [400]),
  sent(
    'deep JSON',
    fc.integer({ min: 17, max: 5_000 }).map((n) => '['.repeat(n)),
    [400],
  ),
  sent(
    'no JSON',
    fc.string({ minLength: 1 }).map((one) => `{${one}`),
    [400],
  ),
  sent(
    'bytes',
    fc.uint8Array({ minLength: 1 }).map((one) => Uint8Array.from([0xff, ...one])),
    [400],
  ),
  sent(
    'JSON of another form',
    fc
      .jsonValue()
      .filter(isNoObject)
      .map((one) => JSON.stringify(one)),
    [400],
  ),
  sent('too large', fc.constant(new Uint8Array(1024 * 1024 + 1).fill(0x20)), [413]),
  fc
    .constantFrom('text/plain', 'application/jsonp', 'application/json; charset=latin1', 'x')
    .map((type) => (to) => ({
      ...to,
      kind: 'wrong type of body',
      body: '{}',
      headers: { ...to.headers, 'Content-Type': type },
      expected: [415],
    })),
];

const bodyWhereNone: Damage = fc.constant((to: Case) =>
  to.method === 'GET' ? to : { ...to, kind: 'body where none is', body: '{}', expected: [400] },
);

function wrongField(name: string): Damage {
  return text.map((value) => (to) => ({
    ...to,
    kind: 'field that comes twice',
    query: [...to.query.filter(([other]) => other !== name), [name, value], [name, value]],
    ...(name.endsWith('columns') ? {} : { expected: [400] }),
  }));
}

function isNoObject(value: unknown): boolean {
  return typeof value !== 'object' || value === null || Array.isArray(value);
}
