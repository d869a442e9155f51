import type { PaymentReturns, ProviderDispute, ProviderRefund } from '../payment-provider.js';
import { currencyOf, idOf, type JsonObject, notKnown, objectOf, printable, wholeNumber } from './read-json.js';

const REFUND_STATUSES = ['pending', 'succeeded', 'failed'] as const;
const DISPUTE_STATUSES = ['open', 'won', 'lost'] as const;
const MAX_KEY_CHARACTERS = 255;
const MAX_REASON_CHARACTERS = 500;

/**
 * What of a payment has gone back or is disputed.
 * @throws unavailable for what is not said in the words of the protocol: nothing is booked by half a list
 */
export function readReturns(answer: JsonObject, paymentId: string): PaymentReturns {
  const { refunds, disputes } = answer;
  if (answer['payment_id'] !== paymentId) throw notKnown('with the returns of another payment');
  if (!Array.isArray(refunds) || !Array.isArray(disputes)) throw notKnown('with no lists of refunds and disputes');
  return { refunds: refunds.map((one) => readRefund(one)), disputes: disputes.map((one) => readDispute(one)) };
}

function readRefund(value: unknown): ProviderRefund {
  const { id, key, amount_minor: amount, status, reason } = objectOf(value) ?? {};
  const refundId = idOf(id);
  const amountMinor = wholeNumber(amount, 1);
  const known = REFUND_STATUSES.find((one) => one === status);
  const ownKey = key === null || key === undefined ? null : printable(key, MAX_KEY_CHARACTERS);
  if (refundId === undefined || amountMinor === undefined || known === undefined || ownKey === undefined) {
    throw notKnown('with a refund that cannot be read');
  }
  const why = known === 'failed' ? (printable(reason, MAX_REASON_CHARACTERS) ?? 'no reason was given') : '';
  return { id: refundId, key: ownKey, amountMinor, status: known, reason: why };
}

function readDispute(value: unknown): ProviderDispute {
  const {
    id,
    amount_minor: amount,
    status,
    reason,
    fee_minor: fee = 0,
    fee_currency: currency,
  } = objectOf(value) ?? {};
  const disputeId = idOf(id);
  const amountMinor = wholeNumber(amount, 1);
  const known = DISPUTE_STATUSES.find((one) => one === status);
  const feeMinor = wholeNumber(fee, 0);
  const feeCurrency = feeMinor === 0 ? null : currencyOf(currency);
  if (disputeId === undefined || amountMinor === undefined || known === undefined || feeMinor === undefined) {
    throw notKnown('with a dispute that cannot be read');
  }
  if (feeCurrency === undefined) throw notKnown('with a fee in no currency');
  const why = printable(reason, MAX_REASON_CHARACTERS) ?? 'general';
  return { id: disputeId, amountMinor, status: known, reason: why, feeMinor, feeCurrency };
}
