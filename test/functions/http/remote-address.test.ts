import { expect, test } from 'vitest';
import { remoteAddress } from '../../../functions/http/remote-address.ts';

test.each([
  ['without a trusted proxy the header is worth nothing', 0, '1.1.1.1', '9.9.9.9'],
  ['a proxy adds its caller on the right', 1, '1.1.1.1, 2.2.2.2', '2.2.2.2'],
  ['of two proxies the outer one counts', 2, '1.1.1.1, 2.2.2.2, 3.3.3.3', '2.2.2.2'],
  ['a header that is too short was not written by the proxies', 2, '1.1.1.1', '9.9.9.9'],
  ['what is no address is passed over', 1, '1.1.1.1, nonsense', '9.9.9.9'],
  ['no header', 1, undefined, '9.9.9.9'],
  ['IPv4 in the form of IPv6 is the same address', 1, '::ffff:2.2.2.2', '2.2.2.2'],
  ['an IPv6 address counts as its network', 1, '2001:DB8:0:1:a:b:c:d', '2001:db8:0:1'],
  ['however it is written', 1, '2001:db8::1:0:0:0:7', '2001:db8:0:1'],
  ['and if most of it is zero', 1, '::1', '0:0:0:0'],
])('%s', (_, trusted, header, address) => {
  const headers = header === undefined ? {} : { 'x-forwarded-for': header };
  const socket = { remoteAddress: '9.9.9.9' } as Parameters<typeof remoteAddress>[0]['socket'];
  expect(remoteAddress({ headers, socket }, trusted)).toBe(address);
});
