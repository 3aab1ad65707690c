/**
 * TNS packets: how messages are cut for the network. Constants and offsets are those of
 * node-oracledb `lib/thin/sqlnet/packet.js` and `lib/thin/sqlnet/constants.js`.
 */

export const PACKET = {
  connect: 1,
  accept: 2,
  refuse: 4,
  data: 6,
  resend: 11,
  marker: 12,
} as const;
export const MARKER = { break: 1, reset: 2, interrupt: 3 } as const;

const HEADER = 8;
const DATA_HEADER = 10;
const END_OF_FILE = 0x0040;
const END_OF_REQUEST = 0x0800;
const END_OF_RESPONSE = 0x2000;
const END_OF_RESPONSE_MESSAGE = Buffer.of(29);

export interface Packet {
  type: number;
  bytes: Buffer;
}

/**
 * Cuts a byte stream into packets. Lengths are 16 bits wide until the connection was accepted and
 * 32 bits afterwards; `packets` is a generator so that a switch takes effect on the next packet.
 */
export function createPacketSplitter() {
  let pending: Buffer = Buffer.alloc(0);
  let large = false;
  const nextLength = (): number => {
    if (pending.length < HEADER) return Number.POSITIVE_INFINITY;
    const length = large ? pending.readUInt32BE(0) : pending.readUInt16BE(0);
    if (length < HEADER) throw new RangeError(`a packet cannot be ${length} bytes long`);
    return length;
  };

  return {
    useLargeLengths() {
      large = true;
    },
    *packets(chunk: Buffer): Generator<Packet> {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      for (let length = nextLength(); pending.length >= length; length = nextLength()) {
        const bytes = pending.subarray(0, length);
        pending = pending.subarray(length);
        yield { type: bytes.readUInt8(4), bytes };
      }
    },
  };
}

/** What a DATA packet carries, and whether it ends the client's message or its connection. */
export function readData(packet: Buffer) {
  const flags = packet.readUInt16BE(8);
  return {
    payload: packet.subarray(DATA_HEADER),
    endOfRequest: (flags & END_OF_REQUEST) !== 0,
    endOfFile: (flags & END_OF_FILE) !== 0,
  };
}

/** The marker's kind, one of MARKER. */
export function readMarker(packet: Buffer): number {
  return packet.readUInt8(10);
}

/** A marker of the given kind, one of MARKER. */
export function markerPacket(kind: number): Buffer {
  const packet = Buffer.alloc(11);
  packet.writeUInt32BE(packet.length, 0);
  packet.writeUInt8(PACKET.marker, 4);
  packet.writeUInt8(1, 8);
  packet.writeUInt8(kind, 10);
  return packet;
}

/**
 * Frames a whole response: packets of at most `sdu` bytes. With `endOfResponse` the last one is
 * flagged as the end; older clients find the end by the messages themselves.
 */
export function frameResponse(
  parts: readonly Buffer[],
  { sdu, endOfResponse }: { sdu: number; endOfResponse: boolean },
): Buffer {
  const pieces = endOfResponse ? [...parts, END_OF_RESPONSE_MESSAGE] : parts;
  const total = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const room = sdu - DATA_HEADER;
  const framed = Buffer.alloc(total + Math.ceil(total / room) * DATA_HEADER);
  writeHeaders(framed, sdu, endOfResponse ? END_OF_RESPONSE : 0);

  let at = DATA_HEADER;
  for (const piece of pieces) {
    for (let done = 0; done < piece.length; ) {
      if (at % sdu === 0) at += DATA_HEADER;
      const count = Math.min(piece.length - done, sdu - (at % sdu));
      piece.copy(framed, at, done, done + count);
      at += count;
      done += count;
    }
  }
  return framed;
}

function writeHeaders(framed: Buffer, sdu: number, lastFlags: number): void {
  for (let start = 0; start < framed.length; start += sdu) {
    const size = Math.min(sdu, framed.length - start);
    const last = start + size === framed.length;
    framed.writeUInt32BE(size, start);
    framed.writeUInt8(PACKET.data, start + 4);
    framed.writeUInt16BE(last ? lastFlags : 0, start + 8);
  }
}
