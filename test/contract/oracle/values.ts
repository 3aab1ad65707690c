import { expect, test } from 'vitest';
import type { LocalColumn, Value } from '../../../infra/local/oracle/database.ts';
import { collect, planAll } from '../../shared/oracle/fixture.ts';
import { id, live, type SourceUnderTest } from './source-under-test.ts';

/** A column, a value as tests insert it, and the form in which it is fetched. */
type Fetched = readonly [column: Omit<LocalColumn, 'name'>, value: Value, fetched: unknown];

const exact = '-12345678901234567890123456789.123456789';

const fetchedForms: readonly Fetched[] = [
  [{ type: 'NUMBER', precision: 38, scale: 9 }, exact, exact],
  [{ type: 'FLOAT' }, '0.5', '.5'],
  [{ type: 'BINARY_DOUBLE' }, '0.1', 0.1],
  [{ type: 'DATE' }, '0099-01-02T03:04:05', ' 0099-01-02T03:04:05'],
  [
    { type: 'TIMESTAMP', scale: 9 },
    '2024-02-29T23:59:58.123456789',
    ' 2024-02-29T23:59:58.123456789',
  ],
  [
    { type: 'TIMESTAMP WITH TIME ZONE', scale: 3 },
    '2024-02-29T23:59:58.5-05:30',
    ' 2024-02-29T23:59:58.500-05:30',
  ],
  [
    { type: 'TIMESTAMP WITH LOCAL TIME ZONE', scale: 0 },
    '2024-02-29T23:59:58Z',
    ' 2024-02-29T23:59:58Z',
  ],
  [{ type: 'INTERVAL YEAR TO MONTH' }, '-1-2', { years: -1, months: -2 }],
  [
    { type: 'INTERVAL DAY TO SECOND', scale: 9 },
    '4 5:12:10.000000222',
    { days: 4, hours: 5, minutes: 12, seconds: 10, fseconds: 222 },
  ],
  [{ type: 'CHAR', length: 3 }, 'ż', 'ż  '],
  [{ type: 'NCHAR', length: 3 }, 'ż', 'ż  '],
  [{ type: 'VARCHAR2', length: 30 }, '\u{1f6a2} "\n', '\u{1f6a2} "\n'],
  [{ type: 'NVARCHAR2', length: 30 }, '漢字', '漢字'],
  [{ type: 'RAW', length: 4 }, '00FF', Buffer.of(0, 255)],
  [{ type: 'ROWID' }, 'AAAR3sAAEAAAACXAAA', 'AAAR3sAAEAAAACXAAA'],
  [{ type: 'CLOB' }, 'text', 'text'],
  [{ type: 'BLOB' }, 'AB', Buffer.of(0xab)],
];

const formsSince23: readonly Fetched[] = [
  [{ type: 'BOOLEAN' }, true, true],
  [{ type: 'JSON' }, '{"a":[1.5,null]}', '{"a":[1.5,null]}'],
  [{ type: 'VECTOR', dimensions: 2 }, '[1,2.5]', Float32Array.of(1, 2.5)],
];

/** In which form values come; test/types has what becomes of every value of every type. */
export function valuesContract(under: SourceUnderTest): void {
  test('values come in the forms that their encodings name, and NULL as null', async () => {
    const forms = [...fetchedForms, ...(under.database().release >= 23 ? formsSince23 : [])];
    const columns = forms.map(([column], index) => ({ ...column, name: `C${index}` }));
    const rows = [
      [1, ...forms.map(([, value]) => value)],
      [2, ...forms.map(() => null)],
    ];
    expect(await fetched([id, ...columns], rows)).toEqual([
      ['1', ...forms.map(([, , form]) => form)],
      ['2', ...forms.map(() => null)],
    ]);
  });

  test.each([
    ['LONG', 'x'.repeat(5_000), 'x'.repeat(5_000)],
    ['LONG RAW', 'AB'.repeat(5_000), Buffer.alloc(5_000, 0xab)],
    ['XMLTYPE', '<a>ż</a>', '<a>ż</a>'],
  ] as const)('values of %s come whole, and NULL as null', async (type, value, form) => {
    const rows = await fetched(
      [id, { name: 'C', type }],
      [
        [1, value],
        [2, null],
      ],
    );
    expect(rows).toEqual([
      ['1', form],
      ['2', null],
    ]);
  });

  async function fetched(columns: LocalColumn[], rows: Value[][]) {
    const source = under.open();
    const table = await under.createTable(columns, rows);
    const found = await collect(
      source.rows({ ...table, columns: await planAll(source, table) }, live),
    );
    return found.toSorted(([a], [b]) => Number(a) - Number(b));
  }
}
