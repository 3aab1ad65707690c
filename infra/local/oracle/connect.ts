/**
 * The first exchange of a connection: CONNECT, then ACCEPT or REFUSE. Offsets are those of
 * node-oracledb `lib/thin/sqlnet/constants.js` ("Connect Packet", "Accept Packet").
 */
import { PACKET } from './packets.ts';
import type { Release } from './release.ts';

const LARGEST_SDU = 65_535;
const NO_NATIVE_SERVICES = 0x08;
const FAST_AUTHENTICATION = 0x10000000;
const END_OF_RESPONSE = 0x02000000;
const BEGIN_TLS_ANEW = 0x08;

export interface ConnectRequest {
  sdu: number;
  /** The connect descriptor; empty when it was too long for the packet and follows in the next. */
  descriptor: string;
  complete: boolean;
}

/** Reads a CONNECT packet. */
export function readConnect(packet: Buffer): ConnectRequest {
  const length = packet.readUInt16BE(24);
  const offset = packet.readUInt16BE(26);
  const complete = packet.length >= offset + length;
  return {
    sdu: Math.min(packet.readUInt32BE(58), LARGEST_SDU),
    descriptor: complete ? packet.toString('latin1', offset, offset + length) : '',
    complete,
  };
}

/** The service that a connect descriptor asks for, or undefined. */
export function requestedService(descriptor: string): string | undefined {
  return /\(\s*SERVICE_NAME\s*=\s*([^)\s]+)\s*\)/i.exec(descriptor)?.[1];
}

/** Accepts, telling the protocol version and what of it the release supports. */
export function acceptPacket(sdu: number, release: Release): Buffer {
  const packet = Buffer.alloc(45);
  packet.writeUInt16BE(packet.length, 0);
  packet.writeUInt8(PACKET.accept, 4);
  packet.writeUInt16BE(release.protocol, 8);
  packet.writeUInt16BE(1, 10);
  packet.writeUInt16BE(sdu, 12);
  packet.writeUInt16BE(LARGEST_SDU, 14);
  packet.writeUInt16BE(1, 16);
  packet.writeUInt16BE(packet.length, 20);
  packet.writeUInt8(NO_NATIVE_SERVICES, 22);
  packet.writeUInt8(NO_NATIVE_SERVICES, 23);
  packet.writeUInt32BE(sdu, 32);
  packet.writeUInt32BE(LARGEST_SDU, 36);
  packet.writeUInt32BE(
    (release.fastAuthentication ? FAST_AUTHENTICATION : 0) |
      (release.endOfResponse ? END_OF_RESPONSE : 0),
    41,
  );
  return packet;
}

/** Asks for the CONNECT once more, after another TLS handshake if need be. */
export function resendPacket({ beginTlsAnew }: { beginTlsAnew: boolean }): Buffer {
  const packet = Buffer.alloc(8);
  packet.writeUInt16BE(packet.length, 0);
  packet.writeUInt8(PACKET.resend, 4);
  packet.writeUInt8(beginTlsAnew ? BEGIN_TLS_ANEW : 0, 5);
  return packet;
}

/** Refuses as the listener does, e.g. 12514 for a service that it does not know. */
export function refusePacket(code: number): Buffer {
  const text = `(DESCRIPTION=(TMP=)(VSNNUM=386138112)(ERR=${code})(ERROR_STACK=(ERROR=(CODE=${code})(EMFI=4))))`;
  const packet = Buffer.alloc(12 + text.length);
  packet.writeUInt16BE(packet.length, 0);
  packet.writeUInt8(PACKET.refuse, 4);
  packet.writeUInt16BE(text.length, 10);
  packet.write(text, 12, 'latin1');
  return packet;
}
