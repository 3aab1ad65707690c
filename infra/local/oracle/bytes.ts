/**
 * The primitives of Oracle's TTC messages, read and written. Layouts follow the driver's own
 * reader and writer: node-oracledb `lib/impl/datahandlers/buffer.js`.
 */

const LONGEST_INLINE = 252;
const CHUNKED = 254;
const NULL_LENGTH = 255;
const LARGEST_CHUNK = 32_767;

export interface Reader {
  remaining(): number;
  skip(count: number): void;
  u8(): number;
  u16(): number;
  /** An unsigned integer that carries its own length. */
  ub(): number;
  raw(count: number): Buffer;
  /** Bytes with their length in front; null when the length says so. */
  bytes(): Buffer | null;
  /** As `bytes`, decoded as UTF-8; null is the empty string. */
  text(): string;
}

/** Reads one whole message. Every method throws a RangeError past its end. */
export function createReader(source: Buffer): Reader {
  let at = 0;

  const u8 = () => source.readUInt8(at++);
  const raw = (count: number) => {
    if (at + count > source.length) throw new RangeError('the message ended too early');
    at += count;
    return source.subarray(at - count, at);
  };
  const ub = () => {
    const size = u8() & 0x7f;
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + u8();
    return value;
  };
  const bytes = () => {
    const size = u8();
    if (size === 0 || size === NULL_LENGTH) return null;
    if (size !== CHUNKED) return raw(size);
    const chunks: Buffer[] = [];
    for (let chunk = ub(); chunk > 0; chunk = ub()) chunks.push(raw(chunk));
    return Buffer.concat(chunks);
  };

  return {
    remaining: () => source.length - at,
    skip: (count) => void raw(count),
    u8,
    u16: () => raw(2).readUInt16BE(),
    ub,
    raw,
    bytes,
    text: () => bytes()?.toString() ?? '',
  };
}

export interface Writer {
  length(): number;
  /** A view of what was written; it stays valid when the writer grows later. */
  view(from?: number, to?: number): Buffer;
  u8(...values: number[]): Writer;
  u16(value: number): Writer;
  u16le(value: number): Writer;
  u32(value: number): Writer;
  /** An unsigned integer below 2^53 with its length in front. */
  ub(...values: number[]): Writer;
  raw(value: Buffer): Writer;
  bytes(value: Buffer | null): Writer;
  text(value: string | null): Writer;
  /** A string with an integer length before its bytes, as names and keys are sent. */
  str(value: string): Writer;
}

/** Writes into one buffer that doubles when it is full. */
export function createWriter(capacity = 1024): Writer {
  let target: Buffer = Buffer.allocUnsafe(capacity);
  let length = 0;

  // Reserving may replace the target, so it always comes in a statement of its own.
  const reserve = (count: number): number => {
    if (length + count > target.length) target = enlarge(target, length, length + count);
    length += count;
    return length - count;
  };
  const writer: Writer = {
    length: () => length,
    view: (from = 0, to = length) => target.subarray(from, to),
    u8: (...values) => {
      const start = reserve(values.length);
      for (const [index, value] of values.entries()) target[start + index] = value;
      return writer;
    },
    u16: (value) => {
      const start = reserve(2);
      target.writeUInt16BE(value, start);
      return writer;
    },
    u16le: (value) => {
      const start = reserve(2);
      target.writeUInt16LE(value, start);
      return writer;
    },
    u32: (value) => {
      const start = reserve(4);
      target.writeUInt32BE(value, start);
      return writer;
    },
    ub: (...values) => {
      for (const value of values) writeInteger(writer, value);
      return writer;
    },
    raw: (value) => {
      const start = reserve(value.length);
      value.copy(target, start);
      return writer;
    },
    bytes: (value) => {
      if (value === null || value.length === 0) return writer.u8(0);
      if (value.length > LONGEST_INLINE) return writeChunks(writer, value);
      return writer.u8(value.length).raw(value);
    },
    text: (value) => {
      if (value === null || value === '') return writer.u8(0);
      const size = Buffer.byteLength(value);
      if (size > LONGEST_INLINE) return writeChunks(writer, Buffer.from(value));
      const start = reserve(size + 1);
      target[start] = size;
      target.write(value, start + 1);
      return writer;
    },
    str: (value) => {
      const size = Buffer.byteLength(value);
      writer.ub(size);
      return size === 0 ? writer : writer.text(value);
    },
  };
  return writer;
}

function enlarge(buffer: Buffer, used: number, needed: number): Buffer {
  const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, needed));
  buffer.copy(larger, 0, 0, used);
  return larger;
}

function writeInteger(writer: Writer, value: number): void {
  let size = 0;
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) size++;
  writer.u8(size);
  for (let i = size - 1; i >= 0; i--) writer.u8(Math.floor(value / 256 ** i) % 256);
}

function writeChunks(writer: Writer, value: Buffer): Writer {
  writer.u8(CHUNKED);
  for (let at = 0; at < value.length; at += LARGEST_CHUNK) {
    const chunk = value.subarray(at, at + LARGEST_CHUNK);
    writer.ub(chunk.length).raw(chunk);
  }
  return writer.ub(0);
}
