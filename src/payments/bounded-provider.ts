import { DomainError } from '../shared/errors.js';
import { within } from '../shared/within.js';
import type { WorkWatch } from '../shared/work-watch.js';
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
  readonly #watch: WorkWatch;
  /** These only where the provider has them. */
  readonly openPayment?: (paymentId: string) => Promise<BrowserPayment>;
  readonly readCard?: (providerRef: string) => Promise<KeptCard>;
  readonly beginCheckout?: (request: BeginCheckoutRequest, idempotencyKey: string) => Promise<CheckoutBegun>;
  readonly readCheckout?: (checkoutId: string) => Promise<CheckoutState>;
  readonly closeCheckout?: (checkoutId: string, idempotencyKey: string) => Promise<CheckoutState>;

  constructor(provider: PaymentProvider, timeoutMs: number, watch: WorkWatch) {
    this.name = provider.name;
    this.#provider = provider;
    this.#timeoutMs = timeoutMs;
    this.#watch = watch;
    const open = provider.openPayment?.bind(provider);
    if (open) this.openPayment = (paymentId) => this.#answer('openPayment', () => open(paymentId));
    const card = provider.readCard?.bind(provider);
    if (card) this.readCard = (providerRef) => this.#answer('readCard', () => card(providerRef));
    const begin = provider.beginCheckout?.bind(provider);
    if (begin) this.beginCheckout = (request, key) => this.#outcome('beginCheckout', () => begin(request, key));
    const read = provider.readCheckout?.bind(provider);
    if (read) this.readCheckout = (checkoutId) => this.#outcome('readCheckout', () => read(checkoutId));
    const close = provider.closeCheckout?.bind(provider);
    if (close) this.closeCheckout = (checkoutId, key) => this.#outcome('closeCheckout', () => close(checkoutId, key));
  }

  attachPaymentMethod(request: AttachPaymentMethodRequest): Promise<PaymentMethodDetails> {
    return this.#answer('attachPaymentMethod', () => this.#provider.attachPaymentMethod(request));
  }

  createPayment(request: CreatePaymentRequest, idempotencyKey: string): Promise<CreatePaymentOutcome> {
    return this.#outcome('createPayment', () => this.#provider.createPayment(request, idempotencyKey));
  }

  confirmPayment(request: ConfirmPaymentRequest, idempotencyKey: string): Promise<PaymentOutcome> {
    return this.#outcome('confirmPayment', () => this.#provider.confirmPayment(request, idempotencyKey));
  }

  retrievePayment(paymentId: string): Promise<PaymentOutcome> {
    return this.#outcome('retrievePayment', () => this.#provider.retrievePayment(paymentId));
  }

  cancelPayment(paymentId: string, idempotencyKey: string): Promise<PaymentOutcome> {
    return this.#outcome('cancelPayment', () => this.#provider.cancelPayment(paymentId, idempotencyKey));
  }

  refundPayment(request: RefundPaymentRequest, idempotencyKey: string): Promise<RefundOutcome> {
    return this.#outcome('refundPayment', () => this.#provider.refundPayment(request, idempotencyKey));
  }

  readReturns(paymentId: string): Promise<PaymentReturns> {
    return this.#answer('readReturns', () => this.#provider.readReturns(paymentId));
  }

  beginSetup(request: BeginSetupRequest, idempotencyKey: string): Promise<SetupSession> {
    return this.#answer('beginSetup', () => this.#provider.beginSetup(request, idempotencyKey));
  }

  readSetup(setupId: string): Promise<SetupOutcome> {
    return this.#answer('readSetup', () => this.#provider.readSetup(setupId));
  }

  listPayments(request: ListPaymentsRequest): Promise<PaymentPage> {
    return this.#answer('listPayments', () => this.#provider.listPayments(request));
  }

  /** Of calls that move no money: the caller may simply ask again. */
  async #answer<Answer>(operation: string, call: () => Promise<Answer>): Promise<Answer> {
    try {
      return await this.#watched(
        operation,
        () => this.#withinLimit(call()),
        () => 'answered',
      );
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
      throw new DomainError('unavailable', 'the payment provider does not answer, try again', { retryAfterSeconds: 5 });
    }
  }

  #outcome<Outcome extends { kind: string }>(
    operation: string,
    call: () => Promise<Outcome>,
  ): Promise<Outcome | { kind: 'unknown'; reason: string }> {
    const attempt = async () => {
      try {
        return await this.#withinLimit(call());
      } catch (error) {
        return { kind: 'unknown' as const, reason: error instanceof Error ? error.message : String(error) };
      }
    };
    return this.#watched<Outcome | { kind: 'unknown'; reason: string }>(operation, attempt, ({ kind }) => kind);
  }

  #watched<Answer>(
    operation: string,
    call: () => Promise<Answer>,
    outcomeOf: (answer: Answer) => string,
  ): Promise<Answer> {
    return this.#watch.around({ kind: 'provider_call', provider: this.name, operation }, call, outcomeOf);
  }

  #withinLimit<Answer>(call: Promise<Answer>): Promise<Answer> {
    return within(this.#timeoutMs, call, () => {
      throw new TimeoutError(`no answer from ${this.name} within ${this.#timeoutMs} ms`);
    });
  }
}
