import { isUtf8 } from 'node:buffer';

const NEWLINE = 0x0a;

/**
 * Hands the bytes on, cut between characters. Calls `onInvalid` with the number of the line, from 1, that holds
 * the first byte which is no UTF-8, before that byte is handed on.
 */
export async function* watchUtf8(
  source: AsyncIterable<Buffer>,
  onInvalid: (line: number) => void,
): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  let line = 1;
  let valid = true;
  const inspect = (bytes: Buffer) => {
    if (!valid) return;
    valid = isUtf8(bytes);
    if (!valid) onInvalid(line + countNewlines(validStart(bytes)));
    line += countNewlines(bytes);
  };
  for await (const chunk of source) {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    const end = endOfLastCharacter(bytes);
    rest = bytes.subarray(end);
    const whole = bytes.subarray(0, end);
    inspect(whole);
    yield whole;
  }
  if (rest.length === 0) return;
  inspect(rest);
  yield rest;
}

const LONGEST_CHARACTER = 4;

/** Where a character begins that the bytes do not complete, or their end. */
function endOfLastCharacter(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(LONGEST_CHARACTER, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0xc0) === 0x80) continue;
    return back < lengthOfCharacter(byte) ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

function lengthOfCharacter(first: number): number {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}

/** The lines before the first one that is not valid. */
function validStart(bytes: Buffer): Buffer {
  let start = 0;
  for (;;) {
    const end = bytes.indexOf(NEWLINE, start) + 1;
    if (end === 0 || !isUtf8(bytes.subarray(start, end))) return bytes.subarray(0, start);
    start = end;
  }
}

function countNewlines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++;
  return count;
}
