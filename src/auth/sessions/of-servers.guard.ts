import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { DomainError } from '../../shared/errors.js';
import type { Caller } from '../caller.js';
import { isServerKey } from '../scopes.js';

/** The tenant's other environments are not for its customers and visitors. Whoever has no key yet may go on. */
@Injectable()
export class OfServersGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { caller } = context.switchToHttp().getRequest<{ caller?: Caller }>();
    if (!caller || isServerKey({ type: caller.keyType, customerId: caller.customerId })) return true;
    throw new DomainError('forbidden', 'a session is of a user or of a server key');
  }
}
