import { describe, expect, test } from 'vitest';
import type { LocalColumn, Value } from '../../../infra/local/oracle/database.ts';
import { compileEncoder } from '../../../shared/domain/encode.ts';
import { planAll } from '../../shared/oracle/fixture.ts';
import { id, live, type SourceUnderTest } from './source-under-test.ts';

const million = 2 ** 20;

const toBase64 = (hex: Value | undefined) =>
  typeof hex === 'string' ? Buffer.from(hex, 'hex').toString('base64') : null;

/** Values of any length, in line and in pieces. */
export function lobsContract(under: SourceUnderTest): void {
  /** What the rows of a new table become, by their ID. */
  async function exported(columns: LocalColumn[], rows: Value[][], inlineLobBytes: number) {
    const source = under.open({ inline_lob_bytes: inlineLobBytes });
    const table = await under.createTable(columns, rows);
    const planned = await planAll(source, table);
    const query = { ...table, columns: planned, scn: await source.currentScn() };
    const encoder = compileEncoder(planned);
    const pieces: string[] = [];
    for await (const batch of source.rows(query, live)) {
      for (const row of batch) pieces.push(...(await Array.fromAsync(encoder.pieces(row))));
    }
    const lines = pieces.join('').split('\n');
    expect(lines.pop()).toBe('');
    const records = lines.map((line): Record<string, unknown> => JSON.parse(line));
    return records.toSorted((a, b) => Number(a['ID']) - Number(b['ID']));
  }

  /** Large values are compared one by one, because a report of their difference would never end. */
  function expectSame(records: Record<string, unknown>[], expected: Record<string, unknown>[]) {
    expect(records).toHaveLength(expected.length);
    for (const [index, record] of records.entries()) {
      for (const [name, value] of Object.entries(expected[index] ?? {})) {
        expect([index, name, record[name] === value]).toEqual([index, name, true]);
      }
    }
  }

  describe('LOBs', () => {
    test('arrive value for value beside bytes and national text, empty ones and NULLs apart', async () => {
      const columns: LocalColumn[] = [
        id,
        { name: 'C', type: 'CLOB' },
        { name: 'N', type: 'NCLOB' },
        { name: 'B', type: 'BLOB' },
        { name: 'R', type: 'RAW', length: 16 },
        { name: 'NV', type: 'NVARCHAR2', length: 20 },
        { name: 'NC', type: 'NCHAR', length: 3 },
      ];
      const rows: Value[][] = [
        [1, '', '', '', null, null, null],
        [2, null, null, null, null, null, null],
        [3, 'a', '👍', '00', 'FF', 'Zürich', 'a😀'],
        [4, '"\\\0\n\u2028', '東京', 'FBFFBF', '00'.repeat(16), '\u0001', '   '],
        [5, '😀é'.repeat(million), 'x'.repeat(40_000), '0102FF'.repeat(million), 'AB', 'b', 'bcd'],
        [6, null, '', 'AA'.repeat(32_767), null, '😀'.repeat(10), null],
      ];
      const expected = rows.map(([ID, C, N, B, R, NV, NC]) => {
        return { ID, C, N, B: toBase64(B), R: toBase64(R), NV, NC };
      });
      expectSame(await exported(columns, rows, million), expected);
    });

    test('above the in-line length are read in pieces that part no character', async () => {
      const columns: LocalColumn[] = [
        id,
        { name: 'C', type: 'CLOB' },
        { name: 'B', type: 'BLOB' },
        { name: 'N', type: 'NCLOB' },
      ];
      // One character before the pairs puts the second border of pieces into the middle of one.
      const text = `x${'👍'.repeat(million)}`;
      const hex = '0102030405'.repeat(500_001);
      const rows: Value[][] = [
        [1, text, hex, 'y'.repeat(1_024)],
        [2, 'x'.repeat(1_025), '00'.repeat(1_025), '\uFFFD'.repeat(million + 3)],
        [3, 'x'.repeat(1_024), '', null],
        [4, null, 'FF'.repeat(1_026), 'z'],
      ];
      const expected = rows.map(([ID, C, B, N]) => ({ ID, C, B: toBase64(B), N }));
      expectSame(await exported(columns, rows, 1_024), expected);
    });

    test('of many rows come in bounded batches, all of them, once', async () => {
      const source = under.open();
      const sizes = [...Array(150).fill(10), ...Array(40).fill(million), ...Array(150).fill(10)];
      const table = await under.createTable(
        [id, { name: 'C', type: 'CLOB' }],
        sizes.map((size, index) => [index, 'x'.repeat(size)]),
      );
      const query = { ...table, columns: await planAll(source, table) };
      const lengths: [number, number][] = [];
      for await (const batch of source.rows(query, live)) {
        const held = batch.reduce((sum, [, text]) => sum + String(text).length, 0);
        expect(held).toBeLessThanOrEqual(16 * million);
        expect(batch.length).toBeLessThanOrEqual(100);
        for (const [key, text] of batch) lengths.push([Number(key), String(text).length]);
      }
      const byId = lengths.toSorted(([a], [b]) => a - b);
      expect(byId).toEqual(sizes.map((size, index) => [index, size]));
    });
  });
}
