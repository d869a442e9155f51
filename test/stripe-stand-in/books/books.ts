import type { Stripe } from 'stripe';
import { Journal } from './journal.js';
import type { ChargeSummary, Movement, ReceivedCall } from './movement.js';
import { Table } from './table.js';

/** What the stand-in knows of a card and tells nobody. */
export interface CardFacts {
  /** Of the payment method. */
  id: string;
  number: string;
  /** Whether a SetupIntent or a payment made it ready to be charged while the customer is away. */
  isSetUp: boolean;
  /** Detached, or used once without a customer: never usable again. */
  isSpent: boolean;
}

/** The first answer to an idempotency key. */
export interface StoredAnswer {
  /** The key itself. */
  id: string;
  method: string;
  path: string;
  form: string;
  status: number;
  body: string;
  /** Milliseconds since 1970. */
  at: number;
}

/** What a Checkout page does when it is submitted. */
export interface SessionFacts {
  id: string;
  intentData: Stripe.Checkout.SessionCreateParams.PaymentIntentData;
}

/** A delivery of one event to one endpoint, as it went. */
export interface DeliveryAttempt {
  eventId: string;
  type: string;
  endpointId: string;
  /** Counted from 1. */
  attempt: number;
  /** Milliseconds since 1970, by the machine's clock. */
  at: number;
  /** What the endpoint answered; null where it did not. */
  status: number | null;
}

/** Everything the stand-in has: the oracle of every test. */
export class Books {
  readonly #journal: Journal;
  readonly #tables: ReadonlyMap<string, Table<{ id: string }>>;

  readonly customers: Table<Stripe.Customer | Stripe.DeletedCustomer>;
  readonly paymentMethods: Table<Stripe.PaymentMethod>;
  readonly cards: Table<CardFacts>;
  readonly setupIntents: Table<Stripe.SetupIntent>;
  readonly paymentIntents: Table<Stripe.PaymentIntent>;
  readonly chargeObjects: Table<Stripe.Charge>;
  readonly refunds: Table<Stripe.Refund>;
  readonly disputes: Table<Stripe.Dispute>;
  readonly balanceTransactions: Table<Stripe.BalanceTransaction>;
  readonly sessions: Table<Stripe.Checkout.Session>;
  readonly sessionFacts: Table<SessionFacts>;
  readonly events: Table<Stripe.Event>;
  readonly webhookEndpoints: Table<Stripe.WebhookEndpoint>;
  readonly webhookSecrets: Table<{ id: string; secret: string }>;
  readonly answers: Table<StoredAnswer>;
  readonly #movements: Table<Movement>;
  /** Every request of this process, in the order of arrival. */
  readonly calls: ReceivedCall[] = [];
  /** Every attempt of this process to deliver an event, in the order in which they ended. */
  readonly deliveries: DeliveryAttempt[] = [];

  /** @param folder where the books outlive the process; without one they don't. */
  constructor(folder?: string) {
    this.#journal = new Journal(folder);
    const tables = new Map<string, Table<{ id: string }>>();
    const open = <Row extends { id: string }>(name: string): Table<Row> => {
      const table = new Table<Row>(name, this.#journal);
      tables.set(name, table);
      return table;
    };
    this.customers = open('customers');
    this.paymentMethods = open('payment_methods');
    this.cards = open('cards');
    this.setupIntents = open('setup_intents');
    this.paymentIntents = open('payment_intents');
    this.chargeObjects = open('charges');
    this.refunds = open('refunds');
    this.disputes = open('disputes');
    this.balanceTransactions = open('balance_transactions');
    this.sessions = open('checkout_sessions');
    this.sessionFacts = open('checkout_session_facts');
    this.events = open('events');
    this.webhookEndpoints = open('webhook_endpoints');
    this.webhookSecrets = open('webhook_secrets');
    this.answers = open('answers');
    this.#movements = open('movements');
    this.#tables = tables;
    for (const { table, row } of this.#journal.read()) this.#tables.get(table)?.restore(row);
  }

  move(movement: Omit<Movement, 'id'>): void {
    this.#movements.put({ id: String(this.#movements.size + 1), ...movement });
  }

  /** Every movement of money, oldest first. */
  movements(): Movement[] {
    return this.#movements.all();
  }

  /** Every attempt to charge a card, oldest first, as it is now. */
  charges(): ChargeSummary[] {
    return this.chargeObjects.all().map((charge) => ({
      chargeId: charge.id,
      paymentIntentId: charge.payment_intent as string | null,
      customerId: charge.customer as string | null,
      status: charge.status as ChargeSummary['status'],
      amountMinor: charge.amount,
      refundedMinor: charge.amount_refunded,
      currency: charge.currency,
      isDisputed: charge.disputed,
      declineCode: charge.outcome?.reason ?? charge.failure_code,
      metadata: charge.metadata,
      createdAt: charge.created,
    }));
  }

  /** The attempts that took money. */
  paidCharges(): ChargeSummary[] {
    return this.charges().filter((charge) => charge.status === 'succeeded');
  }

  /** Makes the rows of a request outlive the process. */
  commit(): void {
    this.#journal.commit();
  }
}
