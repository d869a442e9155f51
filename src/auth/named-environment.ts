import type { IncomingMessage } from 'node:http';
import { type CustomDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { DomainError } from '../shared/errors.js';

/**
 * Which environment a request says it means. Flexprice's client and screens choose theirs by it; here a key is one of
 * one environment, so it can only be right or wrong.
 */
export const ENVIRONMENT_HEADER = 'X-Environment-ID';

const OF_ANY_ENVIRONMENT = Symbol('of any environment');

/** On what is the tenant's, whichever environment somebody looks from: there the header says nothing that could be wrong. */
export function OfAnyEnvironment(): CustomDecorator<symbol> {
  return SetMetadata(OF_ANY_ENVIRONMENT, true);
}

/** @returns undefined where the request names none */
export function namedEnvironment({ headers }: IncomingMessage): string | undefined {
  const named = headers['x-environment-id'];
  return typeof named === 'string' && named !== '' ? named : undefined;
}

/**
 * Refuses what was meant for another environment than the one in which it would be done. Whether there is such a one is not
 * looked at: all others are the same answer.
 * @param own of the key or session that the request was let in by
 * @throws DomainError `forbidden` with the code `environment_mismatch`
 */
export function refuseOtherEnvironment(request: IncomingMessage, context: ExecutionContext, own: string): void {
  const named = namedEnvironment(request);
  if (named === undefined || named === own) return;
  const isOfAny = [context.getHandler(), context.getClass()].some((of) => Reflect.hasMetadata(OF_ANY_ENVIRONMENT, of));
  if (isOfAny) return;
  throw new DomainError(
    'forbidden',
    `${ENVIRONMENT_HEADER} names another environment than that of this key or session: use a key of that environment, ` +
      'or log in there (environment_id of POST /v1/auth/login)',
    { code: 'environment_mismatch', details: { environment_id: own } },
  );
}
