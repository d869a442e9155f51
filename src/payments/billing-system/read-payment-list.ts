import { readTimestamp } from '../../http/fields/is-timestamp.js';
import type { DomainError } from '../../shared/errors.js';
import type { ListedPayment, ListPaymentsRequest, PaymentPage, PurchaseFacts } from '../payment-provider.js';
import { readPurchase } from '../purchase-metadata.js';
import { currencyOf, idOf, type JsonObject, notKnown, objectOf, printable, wholeNumber } from './read-json.js';

/** A listed payment that nothing of is charged is open, whatever it waits for. */
const STATUSES: ReadonlyMap<unknown, ListedPayment['status']> = new Map([
  ['requires_confirmation', 'open'],
  ['requires_action', 'open'],
  ['declined', 'open'],
  ['processing', 'processing'],
  ['succeeded', 'succeeded'],
  ['canceled', 'canceled'],
]);
const MAX_TEXT_CHARACTERS = 255;

/**
 * A page of payments. Those of another time are left out: clocks may be coarser than ours.
 * @throws unavailable for what is not said in the words of the protocol: a list with a hole would be believed
 */
export function readPaymentPage(answer: JsonObject, { from, to, after }: ListPaymentsRequest): PaymentPage {
  const { payments, next } = answer;
  if (!Array.isArray(payments)) throw notKnown('with no list of payments');
  const end = next === null || next === undefined ? null : printable(next, MAX_TEXT_CHARACTERS);
  if (end === undefined || (end !== null && (end === after || payments.length === 0))) {
    throw notKnown('with a list that has no end');
  }
  const listed = payments.map((one) => readListed(one));
  return { payments: listed.filter(({ createdAt }) => createdAt >= from && createdAt < to), next: end };
}

function readListed(value: unknown): ListedPayment {
  const payment = objectOf(value) ?? {};
  const paymentId = idOf(payment['id']);
  const createdAt = readTimestamp(payment['created_at']);
  const status = STATUSES.get(payment['status']);
  const amountMinor = wholeNumber(payment['amount_minor'], 1);
  const currency = currencyOf(payment['currency']);
  const { is_disputed: isDisputed } = payment;
  if (paymentId === undefined || !createdAt || !status || amountMinor === undefined) throw notReadable();
  const refundedMinor = wholeNumber(payment['refunded_minor'], 0, amountMinor);
  if (refundedMinor === undefined || typeof isDisputed !== 'boolean') throw notReadable();
  if (currency === undefined) throw notReadable();
  const money = { amountMinor, refundedMinor, isDisputed, currency };
  return { paymentId, createdAt, status, ...money, ...readOwner(payment) };
}

/** What was left with it by `payment.create`; nulls where it is not one of ours. */
function readOwner(payment: JsonObject) {
  return {
    environmentId: idOrNull(payment['environment_id']),
    topUpId: idOrNull(payment['top_up_id']),
    customerId: idOrNull(payment['customer_id']),
    purchase: payment['purchase'] == null ? null : readFacts(payment['purchase']),
  };
}

function readFacts(value: unknown): PurchaseFacts {
  const texts = Object.entries(objectOf(value) ?? {}).filter((entry): entry is [string, string] => isText(entry[1]));
  const purchase = readPurchase(Object.fromEntries(texts));
  if (!purchase) throw notReadable();
  return purchase;
}

function idOrNull(value: unknown): string | null {
  const id = value == null ? null : idOf(value);
  if (id === undefined) throw notReadable();
  return id;
}

function isText(value: unknown): value is string {
  return printable(value, MAX_TEXT_CHARACTERS) !== undefined;
}

function notReadable(): DomainError {
  return notKnown('with a payment in its list that cannot be read');
}
