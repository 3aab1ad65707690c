/**
 * Splits CSV into records of named fields, by RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180). Throws when a
 * record has not exactly the fields of the header, or a quoted field does not end.
 */
export function parseCsv(text: string): Record<string, string>[] {
  const [header = [], ...records] = splitRecords(text);
  return records.map((fields, index) => {
    if (fields.length !== header.length) {
      throw new Error(`record ${index + 1} has ${fields.length} fields, not ${header.length}`);
    }
    return Object.fromEntries(header.map((name, at) => [name, fields[at] ?? '']));
  });
}

const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

function splitRecords(text: string): string[][] {
  const records: string[][] = [];
  let fields: string[] = [];
  FIELD.lastIndex = 0;
  for (let at = 0; at < text.length || fields.length > 0; at = FIELD.lastIndex) {
    const match = FIELD.exec(text);
    if (!match) throw new Error(`record ${records.length} is no valid CSV`);
    fields.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '');
    if (match[3] === ',') continue;
    records.push(fields);
    fields = [];
  }
  return records;
}
