import { describe, expect, test } from 'vitest';
import { planFilter } from '../../../shared/domain/filter.ts';
import type { WhereCondition } from '../../../shared/domain/where.ts';
import type { OracleSource, Row, TableName } from '../../../shared/ports/oracle.ts';
import { collect, planAll } from '../../shared/oracle/fixture.ts';
import { id, live, numbered, type SourceUnderTest } from './source-under-test.ts';

/** Which rows are counted and read, and what becomes of the session. */
export function rowsContract(under: SourceUnderTest): void {
  async function queryOf(source: OracleSource, table: TableName) {
    const columns = await planAll(source, table);
    return { ...table, columns, scn: await source.currentScn() };
  }

  /** No database promises an order. */
  function idsOf(rows: readonly Row[]): number[] {
    return rows.map(([number]) => Number(number)).toSorted((a, b) => a - b);
  }

  describe('rows', () => {
    test('are counted and read as they were at the SCN, whatever happened since', async () => {
      const source = under.open();
      const table = await under.createNumbered(3);
      const past = await queryOf(source, table);
      await under.database().deleteRows(table.table);
      await under.database().insert(table.table, numbered(11, 2));
      const present = await queryOf(source, table);

      expect(BigInt(present.scn)).toBeGreaterThan(BigInt(past.scn));
      expect(await source.count(table, past)).toBe(3);
      expect(await source.count(table, present)).toBe(2);
      expect(idsOf(await collect(source.rows(past, live)))).toEqual([1, 2, 3]);
      expect(idsOf(await collect(source.rows(present, live)))).toEqual([11, 12]);
    });

    test('come in batches of a thousand, all of them, once', async () => {
      const source = under.open();
      const query = await queryOf(source, await under.createNumbered(2_500));
      const batches = await Array.fromAsync(source.rows(query, live));
      expect(batches.map((batch) => batch.length)).toEqual([1_000, 1_000, 500]);
      expect(idsOf(batches.flat())).toEqual(Array.from({ length: 2_500 }, (_, at) => at + 1));
    });

    test.each([0, 1, 1_000, 1_001])('are complete when there are %s', async (count) => {
      const source = under.open();
      const query = await queryOf(source, await under.createNumbered(count));
      expect(await collect(source.rows(query, live))).toHaveLength(count);
    });

    test('are no more than the limit', async () => {
      const source = under.open();
      const query = await queryOf(source, await under.createNumbered(20));
      expect(await collect(source.rows({ ...query, limit: 7 }, live))).toHaveLength(7);
    });
  });

  const conditions: [WhereCondition, number[]][] = [
    [{ column: 'ID', op: '=', value: 2 }, [2]],
    [{ column: 'ID', op: '!=', value: 2 }, [1, 3, 4]],
    [{ column: 'ID', op: 'in', value: [1, 4, 9] }, [1, 4]],
    [{ column: 'the Text', op: '>=', value: 'b' }, [2, 3]],
    [{ column: 'the Text', op: 'like', value: '_1%' }, [1, 2]],
    [{ column: 'the Text', op: 'is_null' }, [4]],
    [{ column: 'AT', op: 'between', value: ['2024-01-01', '2024-12-31T23:59:59'] }, [2, 3]],
    [{ column: 'AT', op: '<', value: '2024-02-29T12:00:00' }, [1]],
  ];

  describe('a condition', () => {
    test('chooses the rows that are counted and read', async () => {
      const source = under.open();
      const table = await under.createTable(
        [id, { name: 'the Text', type: 'VARCHAR2', length: 9 }, { name: 'AT', type: 'DATE' }],
        [
          [1, 'a1', '2023-12-31T23:59:59'],
          [2, 'b1%', '2024-02-29T12:00:00'],
          [3, 'b2', '2024-12-31T23:59:59'],
          [4, null, null],
        ],
      );
      const definition = await source.describe(table);
      const query = await queryOf(source, table);
      for (const [condition, ids] of conditions) {
        const filter = planFilter(definition, [condition]);
        const rows = await collect(source.rows({ ...query, filter }, live));
        expect([condition, idsOf(rows)]).toEqual([condition, ids]);
        expect([condition, await source.count(table, { filter })]).toEqual([condition, ids.length]);
      }
    });
  });

  describe('a session', () => {
    test('that is left in the middle serves the next reader', async () => {
      const source = under.open({ pool_max: 1 });
      const query = await queryOf(source, await under.createNumbered(3_000));
      for await (const _ of source.rows(query, live)) break;
      expect(await collect(source.rows(query, live))).toHaveLength(3_000);
    });

    test('whose reader aborts serves the next one', async () => {
      const source = under.open({ pool_max: 1 });
      const query = await queryOf(source, await under.createNumbered(3_000));
      const stop = new AbortController();
      const read = async () => {
        for await (const _ of source.rows(query, stop.signal)) stop.abort(new Error('enough'));
      };
      await expect(read()).rejects.toThrow('enough');
      expect(await collect(source.rows(query, live))).toHaveLength(3_000);
    });

    test('is not asked for by a reader who aborted before', async () => {
      const source = under.open();
      const query = await queryOf(source, await under.createNumbered(1));
      const reading = collect(source.rows(query, AbortSignal.abort(new Error('too late'))));
      await expect(reading).rejects.toThrow('too late');
    });

    test('is shared by callers who wait their turn', async () => {
      const source = under.open({ pool_max: 1 });
      const scns = await Promise.all([1, 2, 3].map(() => source.currentScn()));
      expect(scns).toHaveLength(3);
    });
  });
}
