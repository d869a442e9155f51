import type { ReceivedCall } from '../stripe-stand-in/books/movement.js';
import type { Evidence } from './evidence.js';
import type { Journal } from './journal.js';
import type { Findings } from './judge.js';

/** Money that went back: as often as it was asked for, and never more than was charged. */
export function judgeRefunds({ charges, calls }: Evidence, { refunds }: Journal): Findings {
  const agreed = new Map<string, number>();
  for (const { topUpId, credits } of refunds) agreed.set(topUpId, (agreed.get(topUpId) ?? 0) + credits * 100);
  const asked = askedOf(calls);
  const paid = charges.filter(({ status }) => status === 'succeeded');
  return {
    'refunds lost or doubled': paid
      .filter(({ metadata, refundedMinor }) => refundedMinor !== (agreed.get(metadata['top_up_id'] ?? '') ?? 0))
      .map(({ chargeId, refundedMinor }) => `${chargeId}: ${refundedMinor} minor units`),
    'refunds beyond the charge': paid
      .filter(({ paymentIntentId, amountMinor }) => (asked.get(paymentIntentId ?? '') ?? 0) > amountMinor)
      .map(({ chargeId }) => chargeId),
  };
}

/** @returns minor units that the provider was asked to send back of each payment, a repeat counted once */
function askedOf(calls: ReceivedCall[]): Map<string, number> {
  const asked = new Map<string, number>();
  const wanted = calls.filter(({ method, path }) => method === 'POST' && path === '/v1/refunds');
  for (const [first] of Map.groupBy(wanted, ({ idempotencyKey }) => idempotencyKey).values()) {
    const form = new URLSearchParams(first?.form);
    const payment = form.get('payment_intent') ?? '';
    asked.set(payment, (asked.get(payment) ?? 0) + Number(form.get('amount')));
  }
  return asked;
}
