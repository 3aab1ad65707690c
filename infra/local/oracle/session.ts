/** One client connection: its packets, put together to messages, and breaks in between. */
import type { Socket } from 'node:net';
import { createCalls, type Instance } from './calls.ts';
import { acceptPacket, readConnect, refusePacket, requestedService } from './connect.ts';
import type { Answer } from './cursors.ts';
import { OracleError } from './errors.ts';
import {
  createPacketSplitter,
  frameResponse,
  MARKER,
  markerPacket,
  PACKET,
  type Packet,
  readData,
  readMarker,
} from './packets.ts';
import type { Release } from './release.ts';
import { endMessage } from './responses.ts';

const NO_SUCH_SERVICE = 12514;
const SMALLEST_SDU = 512;

/** Serves a connection until either side closes it. `id` is the session's number. */
export function serveSession(socket: Socket, instance: Instance, id: number): void {
  const splitter = createPacketSplitter();
  let receive = connecting(socket, instance, (sdu) => {
    splitter.useLargeLengths();
    receive = connected(socket, createCalls(instance, id), { sdu, release: instance.release });
  });

  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    try {
      for (const packet of splitter.packets(chunk)) receive(packet);
    } catch {
      socket.destroy();
    }
  });
}

type Receive = (packet: Packet) => void;

/** Waits for a CONNECT and its descriptor, which follows in a DATA packet when it is long. */
function connecting(socket: Socket, instance: Instance, accept: (sdu: number) => void): Receive {
  let sdu = SMALLEST_SDU;
  const decide = (descriptor: string) => {
    const service = requestedService(descriptor) ?? '';
    if (service.toUpperCase() !== instance.service.toUpperCase()) {
      socket.end(refusePacket(NO_SUCH_SERVICE));
      return;
    }
    socket.write(acceptPacket(sdu, instance.release));
    accept(sdu);
  };

  return ({ type, bytes }) => {
    if (type === PACKET.data) return decide(readData(bytes).payload.toString('latin1'));
    const request = readConnect(bytes);
    sdu = Math.max(request.sdu, SMALLEST_SDU);
    if (request.complete) decide(request.descriptor);
  };
}

/**
 * Answers messages. A break makes the session deaf until the client resets it; then the call that
 * was running, or the next one if none was, ends with ORA-01013.
 */
function connected(
  socket: Socket,
  handle: (message: Buffer) => Answer,
  { sdu, release }: { sdu: number; release: Release },
): Receive {
  let broken = false;
  let message: Buffer[] = [];

  const answer = ({ parts, strike, cutAfter }: Answer) => {
    if (parts.length === 0 || strike === 'stall') return;
    const framed = frameResponse(parts, { sdu, endOfResponse: release.endOfResponse });
    const kept = strike === 'cut' ? framed.length - 8 : cutAfter?.(framed.length);
    if (kept === undefined) socket.write(framed);
    else socket.write(framed.subarray(0, kept), () => socket.destroy());
  };
  const onData = (packet: Buffer) => {
    const { payload, endOfRequest, endOfFile } = readData(packet);
    if (endOfFile) return void socket.end();
    if (broken) return;
    message.push(payload);
    if (!endOfRequest) return;
    const whole = Buffer.concat(message);
    message = [];
    answer(handle(whole));
  };
  const onMarker = (kind: number) => {
    broken = kind !== MARKER.reset;
    message = [];
    socket.write(markerPacket(broken ? MARKER.break : MARKER.reset));
    if (!broken) answer({ parts: [endMessage({ error: cancelled() }, release)] });
  };

  return ({ type, bytes }) => {
    if (type === PACKET.data) onData(bytes);
    else if (type === PACKET.marker) onMarker(readMarker(bytes));
  };
}

function cancelled(): OracleError {
  return new OracleError(1013, 'user requested cancel of current operation');
}
