import {
  applyDecorators,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
  type PipeTransform,
} from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Caller } from '../auth/caller.js';
import { CustomersService } from '../customers/customers.service.js';
import { invalidRequest } from '../http/field-errors.js';
import type { IdempotentRequest } from '../http/idempotency.js';
import type { Actor } from '../ledger/commands.js';
import { type Scope, scopeOf } from '../shared/scope.js';

/** The customer that a request of the credits API is about, and who asks. */
export interface Account {
  scope: Scope;
  customerId: string;
  actor: Actor;
  /** Asked for with the account's own key or in a session of its portal, not by a server that names it. */
  isByAccount?: boolean;
  /** Asked for in this session of the customer portal. */
  portalSessionId?: string | undefined;
}

interface AccountReference {
  caller: Caller;
  customerId: string | undefined;
  externalCustomerId: string | undefined;
}

const CUSTOMER_HEADER = 'X-Customer-ID';
const EXTERNAL_CUSTOMER_HEADER = 'X-External-Customer-ID';

const ReferencedAccount = createParamDecorator((_data: unknown, context: ExecutionContext): AccountReference => {
  const request = context.switchToHttp().getRequest<Request & { caller?: Caller }>();
  if (!request.caller) throw new Error('a public route has no account');
  return {
    caller: request.caller,
    customerId: request.get(CUSTOMER_HEADER) || undefined,
    externalCustomerId: request.get(EXTERNAL_CUSTOMER_HEADER) || undefined,
  };
});

/** An account key is always its own customer's, whatever the headers say; a server key names the customer. */
@Injectable()
export class AccountPipe implements PipeTransform<AccountReference, Promise<Account>> {
  constructor(private readonly customers: CustomersService) {}

  async transform({ caller, customerId, externalCustomerId }: AccountReference): Promise<Account> {
    const { keyId, requestId } = caller;
    const reference = caller.customerId
      ? { id: caller.customerId }
      : {
          ...(customerId === undefined ? {} : { id: customerId }),
          ...(externalCustomerId === undefined ? {} : { external_customer_id: externalCustomerId }),
        };
    if (Object.keys(reference).length === 0) {
      throw invalidRequest(`name the account with header ${CUSTOMER_HEADER} or ${EXTERNAL_CUSTOMER_HEADER}`);
    }
    const customer = await this.customers.resolve(caller, reference);
    const isByAccount = caller.customerId !== null;
    return { scope: scopeOf(caller), customerId: customer.id, actor: { keyId, requestId }, isByAccount };
  }
}

/**
 * A server's key is one key over all routes of its environment. What an account sends is its own: another account's
 * request with the same key is another request, and nobody can use up a key of the server or learn that it was used.
 */
export function keyOfAccount(account: Account, { key, requestHash }: IdempotentRequest): IdempotentRequest {
  return { key: account.isByAccount ? `account:${account.customerId}:${key}` : key, requestHash };
}

/** The account of a request. */
export const CurrentAccount = (): ParameterDecorator => ReferencedAccount(AccountPipe);

/** Documents how a server key names the account. */
export function ApiAccountHeaders(): ClassDecorator & MethodDecorator {
  const forServerKeys = 'With a server key only: ';
  return applyDecorators(
    ApiHeader({
      name: CUSTOMER_HEADER,
      required: false,
      description: `${forServerKeys}the id of the account's customer. An account key is always its own customer's.`,
    }),
    ApiHeader({
      name: EXTERNAL_CUSTOMER_HEADER,
      required: false,
      description: `${forServerKeys}your own id of that customer.`,
    }),
  );
}
