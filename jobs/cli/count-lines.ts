import { constants, isUtf8 } from 'node:buffer';

const lineFeed = 0x0a;

export interface LineFindings {
  readonly rows: number;
  readonly bytes: number;
  readonly problems: readonly string[];
}

/**
 * Counts the lines of JSON Lines that come in pieces, and looks at each: it must be one JSON object with exactly the
 * fields, if those are known, and end in a line feed. Holds one line at a time.
 */
export function countLines(fields: readonly string[] | undefined) {
  const bad = createTally();
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let rows = 0;
  let bytes = 0;

  const keep = (piece: Buffer) => {
    pendingBytes += piece.length;
    // What no string can hold is no line either; the rest of it needs no memory.
    if (pendingBytes <= constants.MAX_STRING_LENGTH) pending.push(piece);
  };
  const endLine = (tail: Buffer) => {
    keep(tail);
    rows += 1;
    const isTooLong = pendingBytes > constants.MAX_STRING_LENGTH;
    const line = pending.length === 1 ? tail : Buffer.concat(pending);
    bad.add(rows, isTooLong ? 'too long' : faultOf(line, fields));
    pending = [];
    pendingBytes = 0;
  };

  return {
    take(piece: Buffer): void {
      bytes += piece.length;
      let start = 0;
      for (let end = piece.indexOf(lineFeed); end >= 0; end = piece.indexOf(lineFeed, start)) {
        endLine(piece.subarray(start, end));
        start = end + 1;
      }
      if (start < piece.length) keep(Buffer.from(piece.subarray(start)));
    },
    /** After the last piece; of a stream that broke the last line is not expected to be whole. */
    finish(isBroken: boolean): LineFindings {
      const isCut = pendingBytes > 0 && !isBroken;
      const cut = isCut ? ['the last line has no line feed'] : [];
      return { rows, bytes, problems: [...bad.problems(), ...cut] };
    },
  };
}

/** A damaged part may have millions of bad lines: for each kind of fault, how many and where the first is. */
function createTally() {
  const faults = new Map<string, { count: number; readonly first: number }>();
  return {
    add(line: number, fault: string | undefined): void {
      if (fault === undefined) return;
      const seen = faults.get(fault);
      if (seen) seen.count += 1;
      else faults.set(fault, { count: 1, first: line });
    },
    problems: () =>
      [...faults].map(([fault, { count, first }]) =>
        count === 1
          ? `line ${first} is ${fault}`
          : `line ${first} and ${count - 1} more are ${fault}`,
      ),
  };
}

function faultOf(line: Buffer, fields: readonly string[] | undefined): string | undefined {
  if (!isUtf8(line)) return 'not UTF-8';
  const row = parse(line.toString());
  if (typeof row !== 'object' || row === null || Array.isArray(row)) return 'not a JSON object';
  return fields && !hasExactly(row, fields)
    ? 'without exactly the fields of the schema'
    : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function hasExactly(row: object, fields: readonly string[]): boolean {
  return (
    Object.keys(row).length === fields.length && fields.every((name) => Object.hasOwn(row, name))
  );
}
