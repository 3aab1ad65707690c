import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { mapLimited } from '../../shared/map-limited.ts';
import { canBeName, hostileStrings } from '../support/hostile-strings.ts';
import { type OracleApi, startOracleApi } from './oracle-fixture.ts';

/**
 * Every hostile text in every place where a caller may put one. Those that Oracle could have as a name are names of
 * tables, owners and columns here, and must be found; the others are refused.
 */

let api: OracleApi;
const names = hostileStrings.filter(canBeName);
/** No URL can have these as a segment of its path: they are resolved before anybody sends them. */
const unreachable = ['.', '..', '%2e%2e'];

beforeAll(async () => {
  api = await startOracleApi();
  const id = { name: 'ID', type: 'NUMBER', precision: 5, scale: 0 } as const;
  const text = { type: 'VARCHAR2', length: 1_000 } as const;
  for (const name of names) {
    for (const [owner, table] of [
      ['HR', name],
      [name, 'PEOPLE'],
    ] as const) {
      api.database.createTable({ owner, name: table, columns: [id, { name: 'NAME', ...text }] });
      api.database.insert(owner, table, [[7, name]]);
    }
  }
  const columns = [id, ...names.map((name) => ({ name, ...text }))];
  api.database.createTable({ owner: 'HR', name: 'WIDE', columns });
  api.database.insert('HR', 'WIDE', [[7, ...names]]);
});
afterAll(() => api.close());
afterEach(() => {
  expect(api.oracle.statements).toEqual([]);
});

/** Calls with each text and holds the answer against what is right for it. */
async function tryEach(
  texts: readonly string[],
  attempt: (text: string) => Promise<{ readonly status: number; readonly body: unknown }>,
  judge: (text: string, status: number, body: unknown) => void,
): Promise<void> {
  await mapLimited(texts, 4, async (text) => {
    const { status, body } = await attempt(text);
    expect(JSON.stringify(body), text).not.toMatch(/ORA-009(?!42)|ORA-01756|INTERNAL_ERROR/);
    judge(text, status, body);
  });
}

const accepted = (text: string) => (canBeName(text) ? 200 : 400);
const field = (name: string, text: string) => new URLSearchParams([[name, text]]);

test('there are at least 200 hostile texts', () => {
  expect(hostileStrings.length).toBeGreaterThanOrEqual(200);
});

test('as the name of a table whose sample is wanted', async () => {
  const reachable = hostileStrings.filter((text) => !unreachable.includes(text));
  await tryEach(
    reachable,
    (text) => api.call('GET', `/api/tables/${encodeURIComponent(text)}/sample?owner=HR`),
    (text, status, body) => {
      if (text.length > 300) expect(status).toBe(400);
      else expect([text, status]).toEqual([text, accepted(text)]);
      if (status === 200) expect(body).toMatchObject({ rows: [{ ID: 7, NAME: text }] });
    },
  );
});

test('as the owner of a table', async () => {
  await tryEach(
    hostileStrings,
    (text) => api.call('GET', `/api/tables/PEOPLE/sample?${field('owner', text)}`),
    (text, status, body) => {
      expect([text, status]).toEqual([text, accepted(text)]);
      if (status === 200) expect(body).toMatchObject({ rows: [{ ID: 7, NAME: text }] });
    },
  );
  await tryEach(
    hostileStrings,
    (text) => api.call('GET', `/api/tables?${field('owner', text)}`),
    (text, status, body) => {
      expect([text, status]).toEqual([text, accepted(text)]);
      const tables = text === 'HR' ? expect.anything() : [{ owner: text, table: 'PEOPLE' }];
      if (status === 200) expect(body).toMatchObject({ tables });
    },
  );
});

test('as owner and table in one, at the only dot', async () => {
  await tryEach(
    hostileStrings,
    (text) => api.call('GET', `/api/tables/${encodeURIComponent(`${text}.PEOPLE`)}/sample`),
    (text, status) => {
      const isOne = canBeName(text) && !text.includes('.');
      expect([text, status]).toEqual([text, isOne ? 200 : 400]);
    },
  );
});

test('as a pattern, in which only * and ? are wildcards', async () => {
  await tryEach(
    hostileStrings,
    (text) => api.call('GET', `/api/tables?owner=HR&page_size=1000&${field('name', text)}`),
    (text, status, body) => {
      if (text.includes('\0') || text.length > 200)
        return expect([text, status]).toEqual([text, 400]);
      const found = (body as { tables: { table: string }[] }).tables.map(({ table }) => table);
      const wanted = ['WIDE', ...names].filter((name) => globOf(text).test(name));
      expect([text, found.toSorted()]).toEqual([text, visible(wanted)]);
    },
  );
});

/** Written apart from the product: the pattern as a regular expression. */
function globOf(pattern: string): RegExp {
  const parts = [...pattern].map((character) => {
    if (character === '*') return '[^]*';
    return character === '?' ? '[^]' : `\\u{${character.codePointAt(0)?.toString(16)}}`;
  });
  return new RegExp(`^${parts.join('')}$`, 'u');
}

function visible(tables: readonly string[]): string[] {
  return tables.filter((name) => !name.startsWith('BIN$')).toSorted();
}

test('as the name of a column', async () => {
  await tryEach(
    hostileStrings,
    (text) => api.call('GET', `/api/tables/HR.WIDE/sample?${field('columns', text)}&columns=ID`),
    (text, status, body) => {
      expect([text, status]).toEqual([text, accepted(text)]);
      const [row = {}] = status === 200 ? (body as { rows: object[] }).rows : [{ '': text }];
      expect(Object.values(row)).toContain(text);
    },
  );
});

test('as a page token', async () => {
  const forged = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const tokens = hostileStrings.flatMap((text) => [
    text,
    forged(text),
    forged([text]),
    forged({ text }),
  ]);
  await tryEach(
    tokens,
    (token) => api.call('GET', `/api/tables?${field('page_token', token)}`),
    (token, status) => expect([token, status]).toEqual([token, 400]),
  );
  // A token is only a place in the list: a forged one may move it, and nothing else.
  await tryEach(
    hostileStrings,
    (text) => api.call('GET', `/api/tables?owner=HR&${field('page_token', forged(['HR', text]))}`),
    (text, status) => expect([text, status]).toEqual([text, accepted(text)]),
  );
  const { body } = await api.call('GET', '/api/tables?page_size=1');
  const token: string = body.next_page_token;
  for (const tampered of [token.slice(1), `${token}A`, `${token}=`, token.toLowerCase()]) {
    const { status } = await api.call('GET', `/api/tables?${field('page_token', tampered)}`);
    expect([tampered, status]).toEqual([tampered, 400]);
  }
});

test('as the owner, the table or a column of a transport, where only a name is taken', async () => {
  const refused = hostileStrings.filter((text) => !canBeName(text));
  const where = (column: string) => [{ column, op: 'is_null' }];
  const tables = refused.flatMap((text) => [
    { owner: 'HR', table: text },
    { owner: text, table: 'PEOPLE' },
    { owner: 'HR', table: 'WIDE', columns: [text] },
    { owner: 'HR', table: 'WIDE', exclude_columns: [text] },
    { owner: 'HR', table: 'WIDE', where: where(text) },
  ]);
  for (const table of tables) {
    const { status } = await define([table]);
    expect([table, status]).toEqual([table, 400]);
  }
  await mustPass(names.map((table) => ({ owner: 'HR', table })));
  await mustPass(names.map((owner) => ({ owner, table: 'PEOPLE' })));
  await mustPass([{ owner: 'HR', table: 'WIDE', columns: names }]);
  await mustPass([{ owner: 'HR', table: 'WIDE', exclude_columns: names }]);
});

test('as the values of conditions, on columns of such names', async () => {
  const patterns = hostileStrings.filter(isPattern);
  await mustPassInWhere(hostileStrings, (text) => ({ op: '=', value: text }));
  await mustPassInWhere(hostileStrings, (text) => ({ op: 'in', value: [text, `${text}'`] }));
  await mustPassInWhere(patterns, (text) => ({ op: 'like', value: text }));
  for (const text of hostileStrings.filter((one) => !isPattern(one))) {
    const where = [{ column: "'", op: 'like', value: text }];
    const { body } = await preflight([{ owner: 'HR', table: 'WIDE', where }]);
    expect([text, body]).toMatchObject([
      text,
      { ok: false, tables: [{ problems: [{ code: 'VALIDATION_ERROR' }] }] },
    ]);
  }
});

/** A backslash may stand before what it escapes only. */
function isPattern(text: string): boolean {
  return /^(?:[^\\]|\\[%_\\])*$/.test(text);
}

/** As many conditions at once as a table takes, each on another column. */
async function mustPassInWhere(texts: readonly string[], test: (text: string) => object) {
  for (let at = 0; at < texts.length; at += 50) {
    const where = texts.slice(at, at + 50).map((text, place) => {
      const column = names[(at + place) % names.length];
      return { column, ...test(text) };
    });
    await mustPass([{ owner: 'HR', table: 'WIDE', where }]);
  }
}

let transports = 0;

function define(tables: readonly object[]) {
  const name = `t-${++transports}`;
  return api.call('POST', '/api/transport', { body: { name, tables } });
}

async function preflight(tables: readonly object[]) {
  const created = await define(tables);
  expect(created.body).toMatchObject({ id: expect.any(String) });
  return api.call('POST', `/api/transport/${created.body.id}/preflight`);
}

/** The real statements are tried on Oracle, and nothing stands in their way. */
async function mustPass(tables: readonly object[]): Promise<void> {
  const { body } = await preflight(tables);
  const troubled = body.tables.filter(({ problems }: { problems: [] }) => problems.length > 0);
  expect(troubled).toEqual([]);
  expect(body).toMatchObject({ ok: true, totals: { checked: tables.length } });
}
