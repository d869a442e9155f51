import Stripe from 'stripe';
import { classifyError, classifyIntent, isOurBug, type StripeErrorFacts } from './classify-stripe-answer.js';

const LATER = { kind: 'declined', retry: 'later' };
const NEVER = { kind: 'declined', retry: 'never' };

/** As the package throws it for an answer of the API. */
function answered(statusCode: number, body: object, headers: Record<string, string> = {}): StripeErrorFacts {
  return Stripe.errors.StripeError.generate({ type: 'invalid_request_error', ...body, statusCode, headers } as never);
}

function declined(fields: object): StripeErrorFacts {
  return answered(402, { type: 'card_error', code: 'card_declined', message: 'Your card was declined.', ...fields });
}

describe('a payment intent', () => {
  it.each([
    [
      { status: 'succeeded', amount_received: 9900, currency: 'usd' },
      { amountMinor: 9900, currency: 'usd' },
    ],
    [
      { status: 'succeeded', amount_received: 50_000, currency: 'ugx' },
      { amountMinor: 500, currency: 'ugx' },
    ],
  ])('that succeeded reports what was taken, in ISO minor units', (intent, money) => {
    expect(classifyIntent(intent)).toEqual({ kind: 'succeeded', ...money });
  });

  it.each([
    ['processing', { status: 'processing' }, { kind: 'processing' }],
    [
      'waiting for its holder',
      { status: 'requires_action', next_action: { redirect_to_url: { url: 'https://hooks.stripe.com/x' } } },
      { kind: 'requires_action', actionUrl: 'https://hooks.stripe.com/x' },
    ],
    [
      'waiting for its holder without a link',
      { status: 'requires_action' },
      { kind: 'requires_action', actionUrl: null },
    ],
    ['not confirmed', { status: 'requires_confirmation' }, { kind: 'requires_confirmation' }],
    ['new', { status: 'requires_payment_method', last_payment_error: null }, { kind: 'requires_confirmation' }],
    [
      'declined',
      {
        status: 'requires_payment_method',
        last_payment_error: { code: 'card_declined', decline_code: 'insufficient_funds' },
      },
      { ...LATER, code: 'insufficient_funds' },
    ],
    [
      'declined for want of authentication',
      { status: 'requires_payment_method', last_payment_error: { code: 'authentication_required' } },
      { kind: 'requires_action', actionUrl: null },
    ],
    [
      'not believed by the bank, though its holder was there',
      {
        status: 'requires_payment_method',
        last_payment_error: { code: 'payment_intent_authentication_failure' },
      },
      { kind: 'requires_action', actionUrl: null },
    ],
    ['canceled', { status: 'canceled' }, { kind: 'canceled' }],
    ['in a status that we have never heard of', { status: 'requires_blessing' }, { kind: 'unknown' }],
    ['authorized only', { status: 'requires_capture' }, { kind: 'unknown' }],
    ['not an intent at all', {}, { kind: 'unknown' }],
    ['succeeded with money missing', { status: 'succeeded', currency: 'usd' }, { kind: 'unknown' }],
    ['succeeded with half a unit', { status: 'succeeded', amount_received: 150, currency: 'isk' }, { kind: 'unknown' }],
  ])('is %s', (_name, intent, outcome) => {
    expect(classifyIntent(intent)).toMatchObject(outcome);
  });
});

describe('an error', () => {
  it.each<[string, StripeErrorFacts, object]>([
    ['insufficient funds', declined({ decline_code: 'insufficient_funds' }), { ...LATER, code: 'insufficient_funds' }],
    ['try again later', declined({ decline_code: 'try_again_later', advice_code: 'try_again_later' }), LATER],
    ['a generic decline', declined({ decline_code: 'generic_decline' }), { ...LATER, code: 'generic_decline' }],
    ['a decline code nobody knows', declined({ decline_code: 'new_moon' }), { ...LATER, code: 'new_moon' }],
    ['no decline code at all', declined({}), { ...LATER, code: 'card_declined' }],
    ['a processing error', declined({ code: 'processing_error' }), { ...LATER, code: 'processing_error' }],
    ['a generic decline with the advice never again', declined({ advice_code: 'do_not_try_again' }), NEVER],
    ['card data to be confirmed', declined({ advice_code: 'confirm_card_data' }), NEVER],
    ['the network’s own never again', declined({ network_advice_code: '03' }), NEVER],
    ['a lost card', declined({ decline_code: 'lost_card' }), { ...NEVER, code: 'lost_card' }],
    ['a stolen card', declined({ decline_code: 'stolen_card' }), NEVER],
    ['a card to be kept', declined({ decline_code: 'pickup_card' }), NEVER],
    ['fraud', declined({ decline_code: 'fraudulent' }), NEVER],
    [
      'fraud that pretends to be temporary',
      declined({ decline_code: 'fraudulent', advice_code: 'try_again_later' }),
      NEVER,
    ],
    ['an expired card', declined({ code: 'expired_card' }), { ...NEVER, code: 'expired_card' }],
    ['a wrong CVC', declined({ code: 'incorrect_cvc' }), NEVER],
    ['a wrong number', declined({ code: 'incorrect_number' }), NEVER],
    ['authentication', declined({ code: 'authentication_required' }), { kind: 'requires_action', actionUrl: null }],
    [
      'authentication, as a decline code',
      declined({ decline_code: 'authentication_required' }),
      { kind: 'requires_action' },
    ],
    ['an amount too small', answered(400, { code: 'amount_too_small' }), { kind: 'invalid' }],
    ['a payment that is not there', answered(404, { code: 'resource_missing' }), { kind: 'invalid' }],
    ['a state of the payment', answered(400, { code: 'payment_intent_unexpected_state' }), { kind: 'read_again' }],
    ['a key with other parameters', answered(400, { type: 'idempotency_error' }), { kind: 'unknown' }],
    ['a key in use', answered(409, { code: 'idempotency_key_in_use' }), { kind: 'unknown' }],
    ['500', answered(500, { type: 'api_error' }), { kind: 'unknown' }],
    ['500, kept', answered(500, {}, { 'idempotent-replayed': 'true' }), { kind: 'unknown', isKept: true }],
    ['503', answered(503, { type: 'api_error' }), { kind: 'unknown' }],
    ['402 that is no card error', answered(402, { type: 'api_error' }), { kind: 'unknown' }],
    ['a redirect', answered(302, {}), { kind: 'unknown' }],
    ['too many requests', answered(429, {}), { kind: 'not_executed', retryAfterSeconds: 5 }],
    ['a lock', answered(429, { code: 'lock_timeout' }), { kind: 'not_executed' }],
    ['too many requests for 7 s', answered(429, {}, { 'retry-after': '7' }), { retryAfterSeconds: 7 }],
    ['too many requests for ever', answered(429, {}, { 'retry-after': '1e9' }), { retryAfterSeconds: 300 }],
    ['a wrong key', answered(401, { message: 'Invalid API Key: sk_test_***9' }), { retryAfterSeconds: 900 }],
    ['a restricted key', answered(403, { message: 'rk_live_***9 may not' }), { kind: 'not_executed' }],
    ['no connection', new Stripe.errors.StripeConnectionError({ message: 'ECONNRESET' }), { kind: 'unknown' }],
    ['a truncated body', new Stripe.errors.StripeAPIError({ message: 'Invalid JSON' }), { kind: 'unknown' }],
    ['something else', new Error('a bug'), { kind: 'unknown' }],
  ])('says: %s', (_name, error, outcome) => {
    expect(classifyError(error)).toMatchObject(outcome);
  });

  it.each([
    ['the first 500', answered(500, {})],
    ['a 409 that is given again', answered(409, {}, { 'idempotent-replayed': 'true' })],
  ])('is not known to be kept: %s', (_name, error) => {
    expect(classifyError(error)).not.toHaveProperty('isKept');
  });

  it.each([401, 403])('of a key (%d) repeats nothing of it', (statusCode) => {
    const outcome = classifyError(answered(statusCode, { message: 'Invalid API Key provided: sk_test_****4242' }));
    expect(JSON.stringify(outcome)).not.toContain('4242');
  });

  it('is our bug where a key was used with other parameters, and only there', () => {
    expect(isOurBug(answered(400, { type: 'idempotency_error' }))).toBe(true);
    expect(isOurBug(answered(400, {}))).toBe(false);
    expect(isOurBug(answered(409, { code: 'idempotency_key_in_use' }))).toBe(false);
  });
});
