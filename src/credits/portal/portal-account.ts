import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { requestIdOf } from '../../http/request-id.js';
import type { Actor } from '../../customers/payment-methods.service.js';
import { visitorOf } from '../../wallets/portal/portal-door.js';
import type { Account } from '../account.js';

/** An account that its customer looks after in a session of the portal. */
export interface PortalAccount extends Account {
  /** In whose name cards change: the key that started the session. */
  by: Actor;
}

/** The account of a session: always its own customer's, whatever is sent. */
export const CurrentPortalAccount = createParamDecorator((_data: unknown, context: ExecutionContext): PortalAccount => {
  const request = context.switchToHttp().getRequest<Request>();
  const { scope, customerId, keyId, sessionId, environmentType } = visitorOf(request);
  return {
    scope,
    customerId,
    actor: { keyId, requestId: requestIdOf(request) },
    isByAccount: true,
    portalSessionId: sessionId,
    by: { ...scope, environmentType, keyId },
  };
});
