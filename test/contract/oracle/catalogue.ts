import { describe, expect, test } from 'vitest';
import { collect, planAll } from '../../shared/oracle/fixture.ts';
import { live, type SourceUnderTest } from './source-under-test.ts';

/** Tables as the dictionary shows them to our user. */
export function catalogueContract(under: SourceUnderTest): void {
  describe('the catalogue', () => {
    test('has the version of the server, and the facts about our user', async () => {
      const source = under.open();
      expect((await source.ping()).version).toMatch(/^\d+\.\d+/);
      const facts = await source.catalogue.facts();
      expect(facts).toMatchObject({
        user: under.database().owner,
        service: expect.stringMatching(/./),
        scn: { value: expect.stringMatching(/^\d+$/) },
        exempt: { rows: false, redaction: false },
      });
    });

    test('describes a table with odd names, comments and all', async () => {
      const table = await under.createTable(
        [
          { name: 'ID', type: 'NUMBER', precision: 10, scale: 2, nullable: false },
          { name: 'any Number', type: 'NUMBER' },
          { name: 'TEXT$#.1', type: 'VARCHAR2', length: 30 },
          { name: 'AT', type: 'TIMESTAMP', scale: 3 },
        ],
        [],
        { name: 'Mixed $#.Case', comment: "the shop's", columnComments: { AT: 'in UTC' } },
      );
      const undeclared = { precision: null, scale: null, nullable: true, comment: null };
      expect(await under.open().describe(table)).toMatchObject({
        ...table,
        kind: 'table',
        comment: "the shop's",
        columns: [
          { name: 'ID', dataType: 'NUMBER', length: 22, precision: 10, scale: 2, nullable: false },
          { ...undeclared, name: 'any Number', dataType: 'NUMBER', length: 22 },
          { ...undeclared, name: 'TEXT$#.1', dataType: 'VARCHAR2', length: 30 },
          { name: 'AT', dataType: 'TIMESTAMP(3)', length: 11, scale: 3, comment: 'in UTC' },
        ],
      });
    });

    test.each([
      ['PARTITIONED', 'partitioned table'],
      ['IOT', 'index-organized table'],
      ['VIEW', 'view'],
    ] as const)('describes a table that is %s, and all its rows are read', async (kind, shown) => {
      const source = under.open();
      const table = await under.createNumbered(5, { kind });
      expect(await source.describe(table)).toMatchObject({ kind: shown });
      const columns = await planAll(source, table);
      const choice = { scn: await source.currentScn() };
      expect(await source.count(table, choice)).toBe(5);
      const rows = await collect(source.rows({ ...table, ...choice, columns }, live));
      expect(rows.map(([, name]) => name).toSorted()).toEqual(
        [1, 2, 3, 4, 5].map((at) => `row ${at}`),
      );
    });

    test('follows a synonym to its table', async () => {
      const table = await under.createNumbered(1);
      await under.database().createSynonym('Another name', table.table);
      const synonym = { owner: table.owner, table: 'Another name' };
      expect(await under.open().describe(synonym)).toMatchObject({
        ...synonym,
        source: table,
        columns: [{ name: 'ID' }, { name: 'NAME' }],
      });
    });

    test('names the table that nobody sees, also among others', async () => {
      const source = under.open();
      const known = await under.createNumbered(0, { name: 'KNOWN' });
      const unknown = { owner: known.owner, table: 'known' };
      const error = expect.objectContaining({
        code: 'TABLE_NOT_FOUND',
        message: expect.stringContaining(`${known.owner}.known`),
      });
      await expect(source.describe(unknown)).rejects.toEqual(error);
      await expect(source.count(unknown, {})).rejects.toEqual(error);
      expect(await source.catalogue.describe([unknown, known])).toMatchObject([error, known]);
    });

    test('lists tables by pattern, page by page', async () => {
      const { catalogue } = under.open();
      for (const name of ['LIST_A', 'LIST_B', 'LIST_CC', 'LISTED']) {
        await under.createNumbered(0, { name });
      }
      const { owner } = under.database();
      const filter = { owner, pattern: 'LIST_?' };
      const first = await catalogue.list(filter, { limit: 1 });
      expect(first.tables).toMatchObject([{ owner, table: 'LIST_A', columns: [{}, {}] }]);
      const rest = await catalogue.list(filter, { limit: 9, after: first.next });
      expect(rest.tables).toMatchObject([{ owner, table: 'LIST_B' }]);
      expect(rest.next).toBeUndefined();
    });

    test('knows no policies of a table that has none', async () => {
      const table = await under.createNumbered(0);
      const policies = await under.open().catalogue.policies([table]);
      expect(policies.rows(table)).toEqual([]);
    });
  });
}
