import type { Request } from 'express';
import { requestIdOf } from './request-id.js';

/** An IPv6 address with a zone is shorter. Behind a proxy it is what that says: text, until somebody looks. */
const ADDRESS_LIMIT = 64;
const USER_AGENT_LIMIT = 256;

/** Where a request came from. */
export interface Origin {
  requestId: string;
  /** Of the client, with the proxies looked through that `TRUST_PROXY` names. */
  address: string;
  /** What the client says that it is, cut to 256 characters; empty where it says nothing. */
  userAgent: string;
}

export function originOf(request: Request): Origin {
  return {
    requestId: requestIdOf(request),
    address: (request.ip ?? '').slice(0, ADDRESS_LIMIT),
    userAgent: (request.headers['user-agent'] ?? '').slice(0, USER_AGENT_LIMIT),
  };
}
