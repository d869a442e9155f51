import type { LookupAddress, LookupOptions } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import ipaddr from 'ipaddr.js';

/** Of IPv6 only what is handed out as global unicast is open, whatever else may be given a meaning one day. */
const GLOBAL_UNICAST_V6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** Whether an IP address is one of the public internet: a tenant's url must not reach into the operator's own networks. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.parse(address);
  // Anything that has a meaning of its own is no unicast: private, loopback, documentation, an IPv4 address inside IPv6.
  if (parsed.range() !== 'unicast') return false;
  return parsed.kind() === 'ipv4' || parsed.match(GLOBAL_UNICAST_V6);
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
