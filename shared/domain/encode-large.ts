import type { LargeValue } from '../ports/oracle.ts';
import { hasReplacement } from './replacement.ts';

/** A JSON string of a text that is read in pieces. */
export async function* largeText(
  value: LargeValue,
  onReplaced: () => void,
): AsyncGenerator<string> {
  let isReplaced = false;
  yield '"';
  for await (const piece of value.readPieces()) {
    const text = String(piece);
    isReplaced ||= hasReplacement(text);
    yield JSON.stringify(text).slice(1, -1);
  }
  if (isReplaced) onReplaced();
  yield '"';
}

/** A JSON string, in base64, of bytes that are read in pieces. */
export async function* largeBytes(value: LargeValue): AsyncGenerator<string> {
  let carried: Uint8Array = new Uint8Array();
  yield '"';
  for await (const piece of value.readPieces()) {
    const bytes = Buffer.concat([carried, Buffer.from(piece)]);
    // Three bytes make four letters.
    const whole = bytes.length - (bytes.length % 3);
    carried = bytes.subarray(whole);
    yield bytes.toString('base64', 0, whole);
  }
  yield `${Buffer.from(carried).toString('base64')}"`;
}
