import { DomainError, invalidField } from '../../shared/errors.js';
import { classifyError, type StripeErrorFacts } from './classify-stripe-answer.js';

/**
 * What an error means to whoever saves a card: no money moves there, so the caller may simply ask again.
 * @param field of the request that Stripe does not take
 */
export function stripeRefusal(error: unknown, field: string): Error {
  if (error instanceof DomainError) return error;
  const outcome = classifyError(error as StripeErrorFacts);
  switch (outcome.kind) {
    case 'declined':
      return invalidField(field, `was refused by the card's bank (${outcome.code}): ${outcome.message}`);
    case 'requires_action':
      return invalidField(field, 'asks for authentication by its holder: save the card through a setup');
    case 'invalid':
    case 'read_again':
      return invalidField(field, `is not taken: ${outcome.reason}`);
    case 'not_executed':
      return new DomainError('unavailable', outcome.reason, { retryAfterSeconds: outcome.retryAfterSeconds });
    default:
      return new DomainError('unavailable', 'Stripe does not answer, try again', { retryAfterSeconds: 5 });
  }
}
