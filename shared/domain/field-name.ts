// https://cloud.google.com/bigquery/docs/schemas#column_names: letters, digits and underscores, no digit first,
// at most 300 characters (Oracle's own limit is 128 bytes), unique without regard to case, and none of these:
const reservedPrefix =
  /^(_TABLE_|_FILE_|_PARTITION|_ROW_TIMESTAMP|__ROOT__|_COLIDENTIFIER|_CHANGE_(SEQUENCE_NUMBER|TYPE|TIMESTAMP))/i;
const acceptable = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * BigQuery field names for the columns of one table, in their order. A name stays as it is where BigQuery
 * takes it; the others are renamed, the same way every time, and never to the name of another column.
 */
export function fieldNames(columns: readonly string[]): string[] {
  const taken = new Set<string>();
  const kept = columns.map((column) => isAcceptable(column) && take(taken, column));
  return columns.map((column, index) => (kept[index] ? column : rename(column, taken)));
}

function isAcceptable(name: string): boolean {
  return acceptable.test(name) && !reservedPrefix.test(name);
}

function rename(column: string, taken: Set<string>): string {
  const letters = column.replace(/[^A-Za-z0-9_]/gu, '_');
  const base = isAcceptable(letters) ? letters : `_${letters}`;
  let name = base;
  for (let number = 2; !take(taken, name); number++) name = `${base}_${number}`;
  return name;
}

function take(taken: Set<string>, name: string): boolean {
  const key = name.toLowerCase();
  if (taken.has(key)) return false;
  taken.add(key);
  return true;
}
