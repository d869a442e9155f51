import type { Request } from 'express';
import { networkOf } from './network-of.js';

/**
 * Who pays for a request that was let in: the tenant of its key, or without one the network that it comes from. That is
 * text of the client's where proxies are not counted right, so it cannot be mistaken for a tenant.
 */
export function payerOf({ caller, ip = '' }: Request & { caller?: { tenantId: string } }): string {
  return caller?.tenantId ?? `network ${networkOf(ip)}`;
}
