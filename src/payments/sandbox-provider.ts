import { createHash } from 'node:crypto';
import type { Clock } from '../shared/clock.js';
import { DomainError, invalidField } from '../shared/errors.js';
import type {
  AttachPaymentMethodRequest,
  BeginSetupRequest,
  ConfirmPaymentRequest,
  CreatePaymentOutcome,
  CreatePaymentRequest,
  ListedPayment,
  ListPaymentsRequest,
  PaymentMethodDetails,
  PaymentOutcome,
  PaymentPage,
  PaymentProvider,
  PaymentReturns,
  RefundOutcome,
  RefundPaymentRequest,
  SetupOutcome,
  SetupSession,
} from './payment-provider.js';
import { APPROVING_SANDBOX_TOKEN, type SandboxBehaviour, SANDBOX_CARDS } from './sandbox-cards.js';
import { keyName, type Refund, type SandboxPayment, SandboxRecord, type Settlement } from './sandbox-record.js';

const PAYMENT_ID = /^pay_sandbox_[0-9a-f]{32}$/;
const CARD_VALID_YEARS = 8;

/**
 * A payment provider that takes no money and keeps honest books. Cards behave as their token says, so that every
 * outcome a real provider has can be had at will. A payment is settled once, charged or canceled, whoever asks.
 */
export class SandboxProvider implements PaymentProvider {
  readonly name = 'sandbox';
  readonly #record: SandboxRecord;
  readonly #clock: Clock;
  readonly #environmentId: string;

  /**
   * @param folder where it keeps its books; processes that share the folder are one provider
   * @param environmentId whose payments are made through this client; all see the same books
   */
  constructor(folder: string, clock: Clock, environmentId = '') {
    this.#record = new SandboxRecord(folder);
    this.#clock = clock;
    this.#environmentId = environmentId;
  }

  async attachPaymentMethod({ customerId, token }: AttachPaymentMethodRequest): Promise<PaymentMethodDetails> {
    const card = SANDBOX_CARDS.get(token);
    if (!card) {
      throw invalidField('token', `is not a sandbox token; use one of ${[...SANDBOX_CARDS.keys()].join(', ')}`);
    }
    return {
      providerRef: token,
      brand: 'visa',
      last4: card.last4,
      expiryMonth: 12,
      expiryYear: this.#clock.now().getUTCFullYear() + CARD_VALID_YEARS,
      // Each customer has a card of its own, or all of a sandbox would share one card's budget of attempts.
      fingerprint: createHash('sha256').update(`${customerId} ${token} ${card.last4}`).digest('hex').slice(0, 16),
    };
  }

  async createPayment(request: CreatePaymentRequest, idempotencyKey: string): Promise<CreatePaymentOutcome> {
    const { amountMinor, purchase } = request;
    if (!Number.isSafeInteger(amountMinor) || amountMinor < 1) {
      return { kind: 'invalid', reason: 'the amount must be a whole number of minor units, 1 or more' };
    }
    const name = keyName(idempotencyKey);
    const paymentId = `pay_sandbox_${name}`;
    const made = { environmentId: this.#environmentId, createdAt: this.#clock.now().toISOString() };
    const payment = { ...termsOf(request), ...(purchase ? { purchase } : {}), ...made };
    if (!(await this.#record.create('payments', paymentId, payment))) {
      const first = await this.#record.find('payments', paymentId);
      if (!first || JSON.stringify(termsOf(first)) !== JSON.stringify(termsOf(request))) {
        return { kind: 'invalid', reason: 'the idempotency key was used for another payment' };
      }
    }
    return { kind: 'created', paymentId };
  }

  async confirmPayment(request: ConfirmPaymentRequest, idempotencyKey: string): Promise<PaymentOutcome> {
    const { paymentId, paymentMethodRef } = request;
    if (!(await this.#findPayment(paymentId))) return noSuchPayment(paymentId);
    const card = SANDBOX_CARDS.get(paymentMethodRef);
    if (!card) return { kind: 'invalid', reason: `no such payment method: ${paymentMethodRef}` };

    const name = keyName(idempotencyKey);
    const before = await this.#record.find('confirmations', name);
    if (before && (before.paymentId !== paymentId || before.paymentMethodRef !== paymentMethodRef)) {
      return { kind: 'invalid', reason: 'the idempotency key was used for another confirmation' };
    }
    if (before) return before.outcome;

    const settled = await this.#settled(paymentId);
    if (settled) return settled;
    const outcome = await this.#act(request, card.behaviour);
    if (outcome.kind !== 'unknown') {
      await this.#record.create('confirmations', name, { paymentId, paymentMethodRef, outcome });
    }
    return card.behaviour.kind === 'charge_then_hang' ? forever() : outcome;
  }

  async retrievePayment(paymentId: string): Promise<PaymentOutcome> {
    if (!(await this.#findPayment(paymentId))) return noSuchPayment(paymentId);
    const settled = await this.#settled(paymentId);
    return settled ?? (await this.#record.find('refusals', paymentId)) ?? { kind: 'requires_confirmation' };
  }

  async cancelPayment(paymentId: string, _idempotencyKey: string): Promise<PaymentOutcome> {
    if (!(await this.#findPayment(paymentId))) return noSuchPayment(paymentId);
    return this.#settle(paymentId, { kind: 'cancel', canceledAt: this.#clock.now().toISOString() });
  }

  async refundPayment(request: RefundPaymentRequest, idempotencyKey: string): Promise<RefundOutcome> {
    const { paymentId, amountMinor } = request;
    const settled = PAYMENT_ID.test(paymentId) ? await this.#settled(paymentId) : undefined;
    if (settled?.kind !== 'succeeded') return { kind: 'unknown', reason: `payment ${paymentId} has not succeeded` };
    const key = keyName(idempotencyKey);
    for (;;) {
      const refunds = await this.#refundsOf(paymentId);
      const before = refunds.findIndex((refund) => refund.key === key);
      if (before >= 0) return { kind: 'refunded', refundId: refundName(paymentId, before) };
      const left = refunds.reduce((rest, refund) => rest - refund.amountMinor, settled.amountMinor);
      // All of it was asked for, and all of it is back.
      if (left === 0 && amountMinor === undefined) return { kind: 'refunded' };
      const amount = amountMinor ?? left;
      if (!Number.isSafeInteger(amount) || amount < 1 || amount > left) {
        return { kind: 'refused', reason: `${left} minor units of the payment are left to refund` };
      }
      const refund = {
        paymentId,
        key,
        idempotencyKey,
        amountMinor: amount,
        refundedAt: this.#clock.now().toISOString(),
      };
      // Another process may be faster: what it refunds is counted first.
      if (await this.#record.create('refunds', refundName(paymentId, refunds.length), refund)) {
        return { kind: 'refunded', refundId: refundName(paymentId, refunds.length) };
      }
    }
  }

  /** Nobody disputes play money. */
  async readReturns(paymentId: string): Promise<PaymentReturns> {
    const refunds = PAYMENT_ID.test(paymentId) ? await this.#refundsOf(paymentId) : [];
    const listed = refunds.map(({ idempotencyKey, amountMinor }, place) => ({
      id: refundName(paymentId, place),
      key: idempotencyKey ?? null,
      amountMinor,
      status: 'succeeded' as const,
      reason: '',
    }));
    return { refunds: listed, disputes: [] };
  }

  beginSetup(_request: BeginSetupRequest, _idempotencyKey: string): Promise<SetupSession> {
    return Promise.reject(noSetup());
  }

  readSetup(_setupId: string): Promise<SetupOutcome> {
    return Promise.reject(noSetup());
  }

  /** In the order of their ids. Every payment of the sandbox is looked at: it is for trying things out. */
  async listPayments({ from, to, after, limit }: ListPaymentsRequest): Promise<PaymentPage> {
    const names = (await this.#record.names('payments')).filter((name) => after === null || name > after);
    const payments: ListedPayment[] = [];
    for (const paymentId of names) {
      const payment = await this.#record.find('payments', paymentId);
      const createdAt = new Date(payment?.createdAt ?? 0);
      if (!payment || createdAt < from || createdAt >= to) continue;
      if (payments.length === limit) return { payments, next: payments.at(-1)?.paymentId ?? null };
      payments.push(await this.#listed(paymentId, payment, createdAt));
    }
    return { payments, next: null };
  }

  async #listed(paymentId: string, payment: SandboxPayment, createdAt: Date): Promise<ListedPayment> {
    const { kind } = (await this.#settled(paymentId)) ?? { kind: 'open' };
    const refunds = await this.#refundsOf(paymentId);
    return {
      paymentId,
      createdAt,
      status: kind === 'succeeded' || kind === 'processing' || kind === 'canceled' ? kind : 'open',
      amountMinor: payment.amountMinor,
      refundedMinor: refunds.reduce((sum, { amountMinor }) => sum + amountMinor, 0),
      isDisputed: false,
      currency: payment.currency,
      environmentId: payment.environmentId ?? null,
      topUpId: payment.topUpId,
      customerId: payment.customerId,
      purchase: payment.purchase ?? null,
    };
  }

  async #refundsOf(paymentId: string): Promise<Refund[]> {
    const refunds: Refund[] = [];
    for (;;) {
      const refund = await this.#record.find('refunds', refundName(paymentId, refunds.length));
      if (!refund) return refunds;
      refunds.push(refund);
    }
  }

  async #act({ paymentId, paymentMethodRef }: ConfirmPaymentRequest, card: SandboxBehaviour): Promise<PaymentOutcome> {
    // A refusal of an earlier card says nothing about this attempt.
    await this.#record.remove('refusals', paymentId);
    const now = this.#clock.now();
    if (card.kind === 'hang') return forever();
    if (card.kind === 'refuse') {
      await this.#record.replace('refusals', paymentId, card.outcome);
      return card.outcome;
    }
    if (card.kind === 'fail_once') {
      const isFirst = await this.#record.create('faults', paymentId, { failedAt: now.toISOString() });
      if (isFirst) return { kind: 'unknown', reason: 'the provider answered 500' };
    }
    const settlesAfterMs = card.kind === 'charge_later' ? card.settlesAfterMs : 0;
    const settlesAt = new Date(now.getTime() + settlesAfterMs).toISOString();
    return this.#settle(paymentId, { kind: 'charge', paymentMethodRef, settlesAt });
  }

  /** Decides the payment unless it is decided, and answers what was decided. */
  async #settle(paymentId: string, settlement: Settlement): Promise<PaymentOutcome> {
    await this.#record.create('settlements', paymentId, settlement);
    const settled = await this.#settled(paymentId);
    if (!settled) throw new Error(`settlement of ${paymentId} has disappeared`);
    return settled;
  }

  /** What the payment came to; undefined while it is open. Writes the charge that a crash has kept from being written. */
  async #settled(paymentId: string): Promise<PaymentOutcome | undefined> {
    const settlement = await this.#record.find('settlements', paymentId);
    if (!settlement) return undefined;
    if (settlement.kind === 'cancel') return { kind: 'canceled' };
    if (this.#clock.now() < new Date(settlement.settlesAt)) return { kind: 'processing' };
    const payment = await this.#record.find('payments', paymentId);
    if (!payment) throw new Error(`payment ${paymentId} has disappeared`);
    const { paymentMethodRef, settlesAt } = settlement;
    if (!(await this.#record.find('charges', paymentId))) {
      await this.#record.create('charges', paymentId, {
        paymentId,
        paymentMethodRef,
        chargedAt: settlesAt,
        ...payment,
      });
    }
    return { kind: 'succeeded', amountMinor: payment.amountMinor, currency: payment.currency };
  }

  async #findPayment(paymentId: string): Promise<CreatePaymentRequest | undefined> {
    return PAYMENT_ID.test(paymentId) ? this.#record.find('payments', paymentId) : undefined;
  }
}

/** What a repeat of the request must have in common with the first. */
function termsOf({ topUpId, customerId, amountMinor, currency }: CreatePaymentRequest) {
  return { topUpId, customerId, amountMinor, currency };
}

function noSuchPayment(paymentId: string): PaymentOutcome {
  return { kind: 'invalid', reason: `no such payment: ${paymentId}` };
}

function refundName(paymentId: string, before: number): string {
  return before === 0 ? paymentId : `${paymentId}_${before + 1}`;
}

function noSetup(): DomainError {
  return new DomainError(
    'invalid_operation',
    `the sandbox has no page for cards: send one of its tokens instead, like ${APPROVING_SANDBOX_TOKEN}, as the payment method`,
  );
}

/** An answer that never comes. Whoever waits for it has to have a limit. */
function forever(): Promise<never> {
  return new Promise(() => {});
}
