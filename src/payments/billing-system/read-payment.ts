import type { CreatePaymentOutcome, CreatePaymentRequest, PaymentOutcome, RefundOutcome } from '../payment-provider.js';
import { currencyOf, idOf, type JsonObject, objectOf, printable, wholeNumber } from './read-json.js';

/** What of its answers may be a link for a customer. */
export interface LinkTerms {
  /** In production nobody is sent to http://. */
  isHttpsOnly: boolean;
}

const MAX_LINK_CHARACTERS = 2048;

/** The payment that was made: of the amount and currency that were asked for, or nothing that is known. */
export function readCreated(answer: JsonObject, request: CreatePaymentRequest): CreatePaymentOutcome {
  const payment = objectOf(answer['payment']);
  const paymentId = idOf(payment?.['id']);
  if (!payment || paymentId === undefined) return unknown('with no payment');
  const { amountMinor, currency } = request;
  if (payment['amount_minor'] === amountMinor && payment['currency'] === currency) {
    return { kind: 'created', paymentId };
  }
  return unknown('with a payment of another amount or currency');
}

/** What has become of a payment. What is not said in the words of the protocol is `unknown`. */
export function readPayment(answer: JsonObject, paymentId: string, terms: LinkTerms): PaymentOutcome {
  const payment = objectOf(answer['payment']);
  if (payment?.['id'] !== paymentId) return unknown('with another payment');
  switch (payment['status']) {
    case 'requires_confirmation':
    case 'processing':
    case 'canceled':
      return { kind: payment['status'] };
    case 'succeeded':
      return succeeded(payment);
    case 'requires_action':
      return requiresAction(payment, terms);
    case 'declined':
      return declined(payment);
    default:
      return unknown('with a status that is none');
  }
}

/** A refund that is on its way is asked for again, under its key: until it has ended it is `unknown`. */
export function readRefund(answer: JsonObject): RefundOutcome {
  const refund = objectOf(answer['refund']);
  const id = refund?.['id'] ?? undefined;
  const refundId = idOf(id);
  if (!refund || (id !== undefined && refundId === undefined)) return unknown('with a refund that has no id');
  const named = refundId === undefined ? {} : { refundId };
  if (refund['status'] === 'succeeded') return { kind: 'refunded', ...named };
  if (refund['status'] !== 'refused') return unknown('with a refund that has not ended');
  return { kind: 'refused', reason: printable(refund['reason'], 500) ?? 'your billing system refuses', ...named };
}

/** What was paid is compared with what was asked for by whoever settles it. */
function succeeded(payment: JsonObject): PaymentOutcome {
  const amountMinor = wholeNumber(payment['amount_minor'], 1);
  const currency = currencyOf(payment['currency']);
  if (amountMinor === undefined || currency === undefined) {
    return unknown('with money that cannot be counted');
  }
  return { kind: 'succeeded', amountMinor, currency };
}

function requiresAction({ action_url: url }: JsonObject, { isHttpsOnly }: LinkTerms): PaymentOutcome {
  if (url === null || url === undefined) return { kind: 'requires_action', actionUrl: null };
  const text = printable(url, MAX_LINK_CHARACTERS);
  const protocol = text !== undefined && URL.canParse(text) ? new URL(text).protocol : '';
  if (text === undefined || !(protocol === 'https:' || (protocol === 'http:' && !isHttpsOnly))) {
    return unknown('with a link that nobody can be sent to');
  }
  return { kind: 'requires_action', actionUrl: text };
}

function declined(payment: JsonObject): PaymentOutcome {
  const decline = objectOf(payment['decline']);
  const code = printable(decline?.['code'], 100);
  const retry = decline?.['retry'];
  if (code === undefined || (retry !== 'later' && retry !== 'never')) return unknown('with a decline without a reason');
  return { kind: 'declined', code, message: printable(decline?.['message'], 500) ?? 'The card was declined.', retry };
}

function unknown(what: string): { kind: 'unknown'; reason: string } {
  return { kind: 'unknown', reason: `your billing system answered ${what}` };
}
