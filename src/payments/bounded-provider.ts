import { DomainError } from '../shared/errors.js';
import { within } from '../shared/within.js';
import type {
  AttachPaymentMethodRequest,
  BeginCheckoutRequest,
  BeginSetupRequest,
  BrowserPayment,
  CheckoutBegun,
  CheckoutState,
  ConfirmPaymentRequest,
  CreatePaymentOutcome,
  CreatePaymentRequest,
  KeptCard,
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

/** A call took longer than it may. What it did is not known. */
class TimeoutError extends Error {}

/**
 * Puts a limit on every call of a provider, and turns whatever is not an answer (no reply in time, an exception) into
 * `unknown`: such a call may have moved money, so it is looked up later and never taken for a failure.
 */
export class BoundedProvider implements PaymentProvider {
  readonly name: string;
  readonly #provider: PaymentProvider;
  readonly #timeoutMs: number;
  /** These only where the provider has them. */
  readonly openPayment?: (paymentId: string) => Promise<BrowserPayment>;
  readonly readCard?: (providerRef: string) => Promise<KeptCard>;
  readonly beginCheckout?: (request: BeginCheckoutRequest, idempotencyKey: string) => Promise<CheckoutBegun>;
  readonly readCheckout?: (checkoutId: string) => Promise<CheckoutState>;
  readonly closeCheckout?: (checkoutId: string, idempotencyKey: string) => Promise<CheckoutState>;

  constructor(provider: PaymentProvider, timeoutMs: number) {
    this.name = provider.name;
    this.#provider = provider;
    this.#timeoutMs = timeoutMs;
    const open = provider.openPayment?.bind(provider);
    if (open) this.openPayment = (paymentId) => this.#answer(open(paymentId));
    const card = provider.readCard?.bind(provider);
    if (card) this.readCard = (providerRef) => this.#answer(card(providerRef));
    const begin = provider.beginCheckout?.bind(provider);
    if (begin) this.beginCheckout = (request, key) => this.#outcome(() => begin(request, key));
    const read = provider.readCheckout?.bind(provider);
    if (read) this.readCheckout = (checkoutId) => this.#outcome(() => read(checkoutId));
    const close = provider.closeCheckout?.bind(provider);
    if (close) this.closeCheckout = (checkoutId, key) => this.#outcome(() => close(checkoutId, key));
  }

  attachPaymentMethod(request: AttachPaymentMethodRequest): Promise<PaymentMethodDetails> {
    return this.#answer(this.#provider.attachPaymentMethod(request));
  }

  createPayment(request: CreatePaymentRequest, idempotencyKey: string): Promise<CreatePaymentOutcome> {
    return this.#outcome(() => this.#provider.createPayment(request, idempotencyKey));
  }

  confirmPayment(request: ConfirmPaymentRequest, idempotencyKey: string): Promise<PaymentOutcome> {
    return this.#outcome(() => this.#provider.confirmPayment(request, idempotencyKey));
  }

  retrievePayment(paymentId: string): Promise<PaymentOutcome> {
    return this.#outcome(() => this.#provider.retrievePayment(paymentId));
  }

  cancelPayment(paymentId: string, idempotencyKey: string): Promise<PaymentOutcome> {
    return this.#outcome(() => this.#provider.cancelPayment(paymentId, idempotencyKey));
  }

  refundPayment(request: RefundPaymentRequest, idempotencyKey: string): Promise<RefundOutcome> {
    return this.#outcome(() => this.#provider.refundPayment(request, idempotencyKey));
  }

  readReturns(paymentId: string): Promise<PaymentReturns> {
    return this.#answer(this.#provider.readReturns(paymentId));
  }

  beginSetup(request: BeginSetupRequest, idempotencyKey: string): Promise<SetupSession> {
    return this.#answer(this.#provider.beginSetup(request, idempotencyKey));
  }

  readSetup(setupId: string): Promise<SetupOutcome> {
    return this.#answer(this.#provider.readSetup(setupId));
  }

  listPayments(request: ListPaymentsRequest): Promise<PaymentPage> {
    return this.#answer(this.#provider.listPayments(request));
  }

  /** Of calls that move no money: the caller may simply ask again. */
  async #answer<Answer>(call: Promise<Answer>): Promise<Answer> {
    try {
      return await this.#withinLimit(call);
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      throw new DomainError('unavailable', 'the payment provider does not answer, try again', { retryAfterSeconds: 5 });
    }
  }

  async #outcome<Outcome>(call: () => Promise<Outcome>): Promise<Outcome | { kind: 'unknown'; reason: string }> {
    try {
      return await this.#withinLimit(call());
    } catch (error) {
      return { kind: 'unknown', reason: error instanceof Error ? error.message : String(error) };
    }
  }

  #withinLimit<Answer>(call: Promise<Answer>): Promise<Answer> {
    return within(this.#timeoutMs, call, () => {
      throw new TimeoutError(`no answer from ${this.name} within ${this.#timeoutMs} ms`);
    });
  }
}
