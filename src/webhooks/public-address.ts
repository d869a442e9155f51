import type { LookupAddress, LookupOptions } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { callbackify } from 'node:util';

/** Networks that are not the internet: a tenant's url must not reach into the operator's own. */
const CLOSED: [network: string, prefix: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];
/** Of IPv6 only what is handed out as global unicast is open; of that not what carries an IPv4 address inside. */
const OPEN_V6: [network: string, prefix: number] = ['2000::', 3];
const CLOSED_V6: [network: string, prefix: number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
];

const closed = new BlockList();
for (const [network, prefix] of CLOSED) closed.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of CLOSED_V6) closed.addSubnet(network, prefix, 'ipv6');
const openV6 = new BlockList();
openV6.addSubnet(...OPEN_V6, 'ipv6');

/** Whether an IP address is one of the public internet. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !closed.check(address, 'ipv4');
  return family === 6 && openV6.check(address, 'ipv6') && !closed.check(address, 'ipv6');
}

/** Why a url is refused: it leads, or may lead, to where only the operator may go. */
export class ForbiddenAddress extends Error {}

/**
 * The address that a host is in digits, as `URL` writes it; undefined for a name.
 * @throws ForbiddenAddress if it is not public
 */
export function checkLiteral(hostname: string): LookupAddress | undefined {
  const address = hostname.replace(/^\[|\]$/g, '');
  const family = isIP(address);
  if (family === 0) return undefined;
  if (!isPublicAddress(address)) throw new ForbiddenAddress(`${hostname} is not an address of the public internet`);
  return { address, family };
}

type Resolve = (hostname: string) => Promise<LookupAddress[]>;
const resolveAll: Resolve = (hostname) => lookup(hostname, { all: true });

/**
 * The addresses of a host, all of them public.
 * @throws ForbiddenAddress if only one is not; what the resolver throws if there is none
 */
export async function publicAddressesOf(hostname: string, resolve: Resolve = resolveAll): Promise<LookupAddress[]> {
  const literal = checkLiteral(hostname);
  const addresses = literal ? [literal] : await resolve(hostname);
  if (addresses.length === 0) throw new ForbiddenAddress(`${hostname} has no address`);
  if (addresses.some(({ address }) => !isPublicAddress(address))) {
    throw new ForbiddenAddress(`${hostname} is not an address of the public internet`);
  }
  return addresses;
}

/** For a connection: resolves once, and connects to what was checked. A name may lead elsewhere by the next time it is asked. */
export function publicLookup(resolve: Resolve = resolveAll): LookupFunction {
  const find = callbackify((hostname: string) => publicAddressesOf(hostname, resolve));
  return (hostname, options: LookupOptions, callback) => {
    find(hostname, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) callback(error, '');
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
