import type { IncomingMessage } from 'node:http';
import { isIP, isIPv6 } from 'node:net';

/**
 * Where a call comes from: the socket's address or, behind trusted proxies, what the outermost of them wrote to the
 * right of whatever the caller sent in X-Forwarded-For. An IPv6 address is cut to its network of 64 bits, of which
 * a caller may have every address.
 */
export function remoteAddress(
  { headers, socket }: Pick<IncomingMessage, 'headers' | 'socket'>,
  trustedProxies: number,
): string {
  const forwarded = String(headers['x-forwarded-for'] ?? '').split(',');
  const hop = trustedProxies > 0 ? forwarded.at(-trustedProxies)?.trim() : undefined;
  const address = hop && isIP(hop) ? hop : (socket.remoteAddress ?? 'unknown');
  return networkOf(address.replace(/^::ffff:(?=\d+\.)/i, ''));
}

function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [left = '', right] = address.split('::');
  const head = groups(left);
  const tail = groups(right ?? '');
  const zeros = Array<string>(8 - head.length - tail.length).fill('0');
  return [...head, ...zeros, ...tail].slice(0, 4).join(':');
}

function groups(text: string): string[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16).toString(16));
}
