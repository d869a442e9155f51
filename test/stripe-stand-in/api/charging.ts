import type { Stripe } from 'stripe';
import { newId } from '../books/ids.js';
import type { Movement } from '../books/movement.js';
import type { Account } from './account.js';
import { type Decline, declineError } from './decline.js';

const FEE_PERCENT_TENTHS = 29;
const FEE_FIXED_MINOR = 30;

/** Movements that are lines of the balance; the fee of a dispute is a part of the dispute's line. */
type BalanceKind = Exclude<Movement['kind'], 'dispute_fee' | 'dispute_fee_returned'>;

/** Books charges and what they do to the account's balance. */
export class Charging {
  constructor(private readonly account: Account) {}

  /** Takes the money. */
  succeed(intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod, isAuthenticated = false): Stripe.Charge {
    const charge = this.#charge(intent, method, isAuthenticated);
    const fee = Math.ceil((intent.amount * FEE_PERCENT_TENTHS) / 1000) + FEE_FIXED_MINOR;
    const transaction = this.book({ charge, kind: 'charge', amountMinor: charge.amount, feeMinor: fee });
    const paid: Stripe.Charge = {
      ...charge,
      amount_captured: charge.amount,
      balance_transaction: transaction.id,
      captured: true,
      outcome: outcome('approved_by_network', null, 'Payment complete.', 'authorized', null),
      paid: true,
      status: 'succeeded',
    };
    this.account.books.chargeObjects.put(paid);
    this.account.emit('charge.succeeded', paid);
    return paid;
  }

  fail(intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod, decline: Decline): Stripe.Charge {
    const { code, message } = declineError(decline);
    const failed: Stripe.Charge = {
      ...this.#charge(intent, method, false),
      failure_code: code ?? null,
      failure_message: message,
      outcome: outcome(
        'declined_by_network',
        decline.declineCode ?? decline.code,
        `The bank returned the decline code ${decline.declineCode ?? decline.code}.`,
        'issuer_declined',
        decline.adviceCode ?? null,
      ),
      status: 'failed',
    };
    this.account.books.chargeObjects.put(failed);
    this.account.emit('charge.failed', failed);
    return failed;
  }

  /** A line of the account's balance, and the movement that the oracle counts. */
  book(line: {
    charge: Stripe.Charge;
    kind: BalanceKind;
    amountMinor: number;
    feeMinor?: number;
    source?: string;
  }): Stripe.BalanceTransaction {
    const { charge, kind, amountMinor, feeMinor = 0 } = line;
    this.move(charge, kind, amountMinor);
    return this.account.books.balanceTransactions.put(this.#transaction(line, feeMinor));
  }

  /** What the oracle counts, where it is no line of the balance by itself. */
  move(charge: Stripe.Charge, kind: Movement['kind'], amountMinor: number): void {
    this.account.books.move({
      at: this.account.nowMs(),
      kind,
      amountMinor,
      currency: charge.currency,
      chargeId: charge.id,
      paymentIntentId: charge.payment_intent as string | null,
      metadata: charge.metadata,
    });
  }

  #transaction(
    line: { charge: Stripe.Charge; kind: BalanceKind; amountMinor: number; source?: string },
    feeMinor: number,
  ): Stripe.BalanceTransaction {
    const { charge, kind, amountMinor } = line;
    const now = this.account.nowSeconds();
    const fee = { amount: feeMinor, application: null, currency: charge.currency, type: 'stripe_fee' };
    return {
      id: newId('txn'),
      object: 'balance_transaction',
      amount: amountMinor,
      available_on: now,
      balance_type: 'payments',
      created: now,
      currency: charge.currency,
      description: null,
      exchange_rate: null,
      fee: feeMinor,
      fee_details: feeMinor === 0 ? [] : [{ ...fee, description: 'Stripe processing fees' }],
      net: amountMinor - feeMinor,
      reporting_category: REPORTED_AS[kind],
      source: line.source ?? charge.id,
      status: 'available',
      type: BOOKED_AS[kind],
    };
  }

  #charge(intent: Stripe.PaymentIntent, method: Stripe.PaymentMethod, isAuthenticated: boolean): Stripe.Charge {
    return {
      id: newId('ch'),
      object: 'charge',
      amount: intent.amount,
      amount_captured: 0,
      amount_refunded: 0,
      application: null,
      application_fee: null,
      application_fee_amount: null,
      balance_transaction: null,
      billing_details: method.billing_details,
      calculated_statement_descriptor: statementText(intent),
      captured: false,
      created: this.account.nowSeconds(),
      currency: intent.currency,
      customer: intent.customer,
      description: intent.description,
      disputed: false,
      failure_balance_transaction: null,
      failure_code: null,
      failure_message: null,
      fraud_details: {},
      livemode: false,
      metadata: { ...intent.metadata },
      on_behalf_of: null,
      outcome: null,
      paid: false,
      payment_intent: intent.id,
      payment_method: method.id,
      payment_method_details: { type: 'card', card: cardOfCharge(method, intent.amount, isAuthenticated) },
      receipt_email: intent.receipt_email,
      receipt_number: null,
      receipt_url: null,
      refunded: false,
      review: null,
      shipping: null,
      source: null,
      source_transfer: null,
      statement_descriptor: intent.statement_descriptor,
      statement_descriptor_suffix: intent.statement_descriptor_suffix,
      status: 'pending',
      transfer_data: null,
      transfer_group: null,
    };
  }
}

const BOOKED_AS: Readonly<Record<BalanceKind, Stripe.BalanceTransaction.Type>> = {
  charge: 'charge',
  refund: 'refund',
  refund_failed: 'refund_failure',
  dispute: 'adjustment',
  dispute_won: 'adjustment',
};

const REPORTED_AS: Readonly<Record<BalanceKind, string>> = {
  charge: 'charge',
  refund: 'refund',
  refund_failed: 'refund_failure',
  dispute: 'dispute',
  dispute_won: 'dispute_reversal',
};

/** The account's own prefix, then what the payment adds. */
function statementText(intent: Stripe.PaymentIntent): string {
  const suffix = intent.statement_descriptor_suffix;
  return suffix === null ? 'REFILL STAND-IN' : `REFILL* ${suffix}`.slice(0, 22);
}

function outcome(
  networkStatus: string,
  reason: string | null,
  message: string,
  type: string,
  advice: string | null,
): Stripe.Charge.Outcome {
  return {
    advice_code: advice,
    network_advice_code: null,
    network_decline_code: null,
    network_status: networkStatus,
    reason,
    risk_level: 'normal',
    risk_score: 12,
    seller_message: message,
    type,
  };
}

function cardOfCharge(
  method: Stripe.PaymentMethod,
  amount: number,
  isAuthenticated: boolean,
): Stripe.Charge.PaymentMethodDetails.Card {
  const card = method.card as Stripe.PaymentMethod.Card;
  return {
    amount_authorized: amount,
    authorization_code: null,
    brand: card.brand,
    checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
    country: card.country,
    electronic_commerce_indicator: null,
    exp_month: card.exp_month,
    exp_year: card.exp_year,
    fingerprint: card.fingerprint,
    funding: card.funding,
    installments: null,
    last4: card.last4,
    mandate: null,
    network: card.brand,
    network_transaction_id: null,
    regulated_status: 'unregulated',
    three_d_secure: isAuthenticated ? AUTHENTICATED : null,
    transaction_link_id: null,
    wallet: null,
  };
}

const AUTHENTICATED: Stripe.Charge.PaymentMethodDetails.Card.ThreeDSecure = {
  authentication_flow: 'challenge',
  electronic_commerce_indicator: '05',
  exemption_indicator: null,
  result: 'authenticated',
  result_reason: null,
  transaction_id: null,
  version: '2.2.0',
};
