import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsv } from '../../../../infra/local/data/csv.ts';

describe('parseCsv', () => {
  it('reads quoted fields with commas, quotes and line breaks', () => {
    expect(parseCsv('a,b\r\n"1,""x""","2\n3"\r\n')).toEqual([{ a: '1,"x"', b: '2\n3' }]);
  });

  it('keeps empty fields, also the last one of a file without a final line break', () => {
    expect(parseCsv('a,b\n,2\n1,')).toEqual([
      { a: '', b: '2' },
      { a: '1', b: '' },
    ]);
  });

  it('refuses a record with more or fewer fields than the header', () => {
    expect(() => parseCsv('a,b\n1,2\n3\n')).toThrow('record 2 has 1 fields, not 2');
    expect(() => parseCsv('a,b\n1,2,3\n')).toThrow('record 1 has 3 fields, not 2');
  });

  it('refuses a quoted field that does not end', () => {
    expect(() => parseCsv('a,b\n1,"2\n')).toThrow('no valid CSV');
  });

  it('agrees with csv-parse on whatever can be written', () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', '\r\n', ' ') });
    const rows = fc.array(fc.tuple(field, field), { minLength: 1 });
    fc.assert(
      fc.property(rows, (records) => {
        const lines = records.map((fields) => fields.map(quote).join(','));
        const text = `a,b\n${lines.join('\n')}\n`;
        expect(parseCsv(text)).toEqual(parse(text, { columns: true, record_delimiter: '\n' }));
      }),
    );
  });
});

function quote(field: string): string {
  return `"${field.replaceAll('"', '""')}"`;
}
