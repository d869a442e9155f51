import type { Request } from 'express';
import { networkOf } from './network-of.js';

/** Whose points a request spends: those of its key or session, of that one's environment, and of its tenant. */
export interface Payer {
  /** Of the key or the session. */
  id: string;
  /** Held by the tenant's own server, not by one of its customers or their browsers. */
  isServer: boolean;
  tenantId: string;
  environmentId: string;
}

export type PaidRequest = Request & { payer?: Payer };

/**
 * Who pays for a request that was let in: the tenant of its key or session, or without one the network that it comes from.
 * That is text of the client's where proxies are not counted right, so it cannot be mistaken for a tenant.
 */
export function payerOf({ payer, ip = '' }: PaidRequest): string {
  return payer?.tenantId ?? `network ${networkOf(ip)}`;
}
