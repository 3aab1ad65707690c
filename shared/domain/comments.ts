import type { PlannedColumn } from './column.ts';

// A table's record in Firestore holds 1 MiB, most of which a thousand columns and a filter may take. Oracle's
// comments have up to 4,000 bytes each.
// https://firebase.google.com/docs/firestore/quotas#limits
const mostBytes = 64 * 1024;

/** The columns with their comments cut to equal lengths where they would not fit the table's record together. */
export function boundComments(columns: readonly PlannedColumn[]): PlannedColumn[] {
  const comments = columns.map(({ comment = '' }) => comment);
  const bytes = comments.reduce((sum, comment) => sum + Buffer.byteLength(comment), 0);
  if (bytes <= mostBytes) return [...columns];
  const share = Math.floor(mostBytes / comments.filter((comment) => comment !== '').length);
  return columns.map((column) =>
    column.comment === undefined ? column : { ...column, comment: cut(column.comment, share) },
  );
}

function cut(text: string, mostBytes: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= mostBytes) return text;
  const room = mostBytes - Buffer.byteLength('…');
  // A stream keeps the head of a character back until its rest comes.
  const whole = new TextDecoder().decode(bytes.subarray(0, room), { stream: true });
  return `${whole}…`;
}
