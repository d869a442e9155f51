import { isIPv6 } from 'node:net';

const IPV4 = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i;
const GROUPS = 8;
/** A client of IPv6 usually has 2^64 addresses: to count each by itself would be no limit. */
const NETWORK_GROUPS = 4;

/** Whom an address counts for: itself, for IPv6 its first 64 bits. */
export function networkOf(address: string): string {
  const ipv4 = IPV4.exec(address)?.[1];
  if (ipv4 !== undefined) return ipv4;
  return isIPv6(address) ? `${groupsOf(address).slice(0, NETWORK_GROUPS).join(':')}::/64` : address;
}

/** All groups of an IPv6 address, also those that `::` stands for, each without leading zeros. */
function groupsOf(address: string): string[] {
  const [front = [], back = []] = address.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const zeros = Array<string>(Math.max(0, GROUPS - front.length - back.length)).fill('0');
  return [...front, ...zeros, ...back].map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''));
}
