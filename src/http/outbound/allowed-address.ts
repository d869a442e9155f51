import type { LookupAddress, LookupOptions } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import ipaddr from 'ipaddr.js';

/** Of IPv6 only what is handed out as global unicast is public, whatever else may be given a meaning one day. */
const GLOBAL_UNICAST_V6 = ipaddr.IPv6.parseCIDR('2000::/3');
/** The operator's own networks, as far as they can be anybody's. */
const PRIVATE_RANGES: ReadonlySet<string> = new Set(['private', 'loopback', 'carrierGradeNat', 'uniqueLocal']);
/** Where machines of clouds are told their secrets, besides the link-local addresses: in private ranges, one in a public one. */
const METADATA = [
  '168.63.129.16/32', // Azure
  '100.100.100.200/32', // Alibaba
  'fd00:ec2::/32', // AWS
  'fd20:ce::254/128', // Google
  'fd00:c1::a9fe:a9fe/128', // Oracle
  'fd00:42::42/128', // Scaleway
].map((range) => ipaddr.parseCIDR(range));

/**
 * Whether an IP address may be sent to: a tenant's url must not reach into the operator's own networks, unless the operator
 * says so. Link-local addresses and those where clouds keep secrets are never sent to, nor is anything that has a meaning
 * of its own, such as an IPv4 address inside IPv6.
 * @param allowPrivate whether those of the operator's own networks may be
 */
export function isAllowedAddress(address: string, allowPrivate: boolean): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.parse(address);
  if (METADATA.some((range) => parsed.kind() === range[0].kind() && parsed.match(range))) return false;
  if (PRIVATE_RANGES.has(parsed.range())) return allowPrivate;
  return parsed.range() === 'unicast' && (parsed.kind() === 'ipv4' || parsed.match(GLOBAL_UNICAST_V6));
}

/** Why a url is refused: it leads, or may lead, to where only the operator may go. */
export class ForbiddenAddress extends Error {
  constructor(hostname: string, allowPrivate: boolean) {
    const expected = allowPrivate
      ? 'neither an address of the public internet nor a private one'
      : 'not an address of the public internet';
    super(`${hostname} is ${expected}`);
  }
}

/**
 * The address that a host is in digits, as `URL` writes it; undefined for a name.
 * @throws ForbiddenAddress if it may not be sent to
 */
export function checkLiteral(hostname: string, allowPrivate: boolean): LookupAddress | undefined {
  const address = hostname.replace(/^\[|\]$/g, '');
  const family = isIP(address);
  if (family === 0) return undefined;
  if (!isAllowedAddress(address, allowPrivate)) throw new ForbiddenAddress(hostname, allowPrivate);
  return { address, family };
}

type Resolve = (hostname: string) => Promise<LookupAddress[]>;
const resolveAll: Resolve = (hostname) => lookup(hostname, { all: true });

/**
 * The addresses of a host, all of which may be sent to.
 * @throws ForbiddenAddress if only one may not be, or there is none; what the resolver throws for a name that is not known
 */
export async function allowedAddressesOf(
  hostname: string,
  allowPrivate: boolean,
  resolve: Resolve = resolveAll,
): Promise<LookupAddress[]> {
  const literal = checkLiteral(hostname, allowPrivate);
  const addresses = literal ? [literal] : await resolve(hostname);
  const areAllowed = addresses.length > 0 && addresses.every(({ address }) => isAllowedAddress(address, allowPrivate));
  if (!areAllowed) throw new ForbiddenAddress(hostname, allowPrivate);
  return addresses;
}

/** For a connection: resolves once, and connects to what was checked. A name may lead elsewhere by the next time it is asked. */
export function guardedLookup(allowPrivate: boolean, resolve: Resolve = resolveAll): LookupFunction {
  const find = callbackify((hostname: string) => allowedAddressesOf(hostname, allowPrivate, resolve));
  return (hostname, options: LookupOptions, callback) => {
    find(hostname, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) callback(error, '');
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}
