import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Data = Record<string, unknown>;
interface Answer {
  status: number;
  body: Data;
  headers?: Record<string, string>;
}

/** One request as it came in, its signature right. */
export interface BillingCall {
  type: string;
  key: string | undefined;
  messageId: string;
  environmentId: string;
  data: Data;
}

/** What goes wrong: before it does anything, or after it has done all. `says` answers something of the test's own. */
export type BillingFault =
  | { kind: 'hang' | 'reset' | 'server_error'; when: 'before' | 'after' }
  | { kind: 'truncate' }
  | { kind: 'says'; status?: number; body: unknown; headers?: Record<string, string> };

interface Payment {
  id: string;
  topUpId: string;
  amountMinor: number;
  currency: string;
  /** What is reported of it; declines are of the last card. */
  state: Data & { status: string };
  createdAt: Date;
  /** What was left with it. */
  left: Data;
  /** By the key that they were asked for under, or their id where somebody else has made them. */
  refunds: Map<string, Returned>;
  disputes: Returned[];
}

interface Returned {
  id: string;
  amount_minor: number;
  status: string;
  [more: string]: unknown;
}

export const BILLING_SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

const declining = (code: string, retry: string) => ({ status: 'declined', decline: { code, message: 'No.', retry } });
/** Cards by what becomes of a payment with them. */
const CARDS = new Map<string, { last4: string; state: Data & { status: string } }>([
  ['card_visa', { last4: '4242', state: { status: 'succeeded' } }],
  ['card_no_funds', { last4: '9995', state: declining('insufficient_funds', 'later') }],
  ['card_lost', { last4: '9987', state: declining('lost_card', 'never') }],
  ['card_asking', { last4: '3184', state: { status: 'requires_action' } }],
  ['card_slow', { last4: '0077', state: { status: 'processing' } }],
]);

/** A tenant's billing system that speaks docs/payment-webhook.md, with books of its own: what a test counts. */
export class BillingSystem {
  readonly calls: BillingCall[] = [];
  /** Requests whose signature was not right. */
  forgeries = 0;
  readonly payments = new Map<string, Payment>();
  /** Money that was taken: payment ids, one for each time. */
  readonly charges: string[] = [];
  secret = BILLING_SECRET;
  readonly #faults: { type: string; fault: BillingFault; times: number }[] = [];
  /** First request and answer of each key. */
  readonly #keys = new Map<string, { request: string; answer?: Answer }>();

  private constructor(
    readonly url: string,
    private readonly server: Server,
    private readonly now: () => Date,
  ) {}

  /** @param now the time that signatures are checked by */
  static async start(now: () => Date): Promise<BillingSystem> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const system = new BillingSystem(`http://127.0.0.1:${port}/refill`, server, now);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.once('end', () => system.#take(request, response, Buffer.concat(chunks).toString()));
    });
    return system;
  }

  /** The next requests of a type go wrong; 0 times is always. */
  fail(type: string, fault: BillingFault, times = 1): void {
    this.#faults.push({ type, fault, times: times === 0 ? Infinity : times });
  }

  clearFaults(): void {
    this.#faults.length = 0;
  }

  /** What a payment that is processing comes to. */
  finish(paymentId: string, state: Data & { status: string }): void {
    this.#become(this.payments.get(paymentId) as Payment, state);
  }

  /** Somebody gives money back in the billing system itself. */
  refund(paymentId: string, amountMinor: number, status = 'succeeded'): string {
    const { refunds } = this.payments.get(paymentId) as Payment;
    const id = `${paymentId}_r${refunds.size + 1}`;
    refunds.set(id, { id, key: null, amount_minor: amountMinor, status });
    return id;
  }

  /** The holder of the card denies the payment; again, with the end of it. */
  dispute(paymentId: string, status: 'open' | 'won' | 'lost'): void {
    const payment = this.payments.get(paymentId) as Payment;
    const fee = { fee_minor: 1500, fee_currency: payment.currency };
    const facts = { id: `${paymentId}_d`, amount_minor: payment.amountMinor, reason: 'fraudulent', ...fee };
    payment.disputes = [{ ...facts, status }];
  }

  chargesOf(paymentId: string | null | undefined): number {
    return this.charges.filter((id) => id === paymentId).length;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #take(request: IncomingMessage, response: ServerResponse, text: string): void {
    if (!this.#isSigned(request, text)) {
      this.forgeries += 1;
      return send(response, refusal(401, 'invalid_signature'));
    }
    const { type, environment_id: environmentId, idempotency_key: key, data } = JSON.parse(text);
    const messageId = request.headers['webhook-id'] as string;
    this.calls.push({ type, key, messageId, environmentId, data });
    const fault = this.#faultOf(type);
    if (fault && 'when' in fault && fault.when === 'before') return breakOff(response, fault.kind);
    const answer = this.#answer({ type, key, messageId, environmentId, data });
    if (!fault) return send(response, answer);
    if (fault.kind === 'says') return say(response, fault);
    return breakOff(response, fault.kind, answer);
  }

  #isSigned({ headers }: IncomingMessage, text: string): boolean {
    const [id, seconds] = [String(headers['webhook-id']), String(headers['webhook-timestamp'])];
    if (Math.abs(this.now().getTime() / 1000 - Number(seconds)) > 300) return false;
    return headers['webhook-signature'] === signatureOf(this.secret, `${id}.${seconds}.${text}`);
  }

  #faultOf(type: string): BillingFault | undefined {
    const found = this.#faults.find((one) => one.type === type && one.times > 0);
    if (found) found.times -= 1;
    return found?.fault;
  }

  #answer(call: BillingCall): Answer {
    const { type, key, data } = call;
    if (type === 'ping') return ok({ challenge: data['challenge'] });
    if (type === 'payment_method.attach') return attach(data);
    if (type === 'payment.list') return this.#list(call);
    const isReading = type === 'payment.retrieve' || type === 'payment.returns';
    if (!isReading && key === undefined) return refusal(400, 'no_idempotency_key');
    if (key === undefined) return this.#act(call);
    const request = JSON.stringify([type, data]);
    const first = this.#keys.get(key) ?? { request };
    this.#keys.set(key, first);
    if (first.request !== request) return refusal(422, 'idempotency_key_reused');
    // What has ended is answered as it is; anything else as the first time.
    if (first.answer && !this.#hasEnded(data['payment_id'])) return first.answer;
    return (first.answer = this.#act(call));
  }

  #act({ type, key, environmentId, data }: BillingCall): Answer {
    if (type === 'payment.create') return ok(view(this.#create(data, environmentId)));
    const payment = this.payments.get(data['payment_id'] as string);
    if (!payment) return refusal(404, 'not_found');
    if (type === 'payment.returns') return ok(returnsOf(payment));
    if (type === 'payment.refund') return refund(payment, key as string, data['amount_minor'] as number | null);
    if (type === 'payment.cancel' && !this.#hasEnded(payment.id)) payment.state = { status: 'canceled' };
    if (type === 'payment.confirm' && !this.#hasEnded(payment.id)) {
      const card = CARDS.get(data['payment_method_id'] as string);
      if (!card) return refusal(404, 'no_such_payment_method');
      this.#become(payment, card.state);
    }
    return ok(view(payment));
  }

  #list({ data }: BillingCall): Answer {
    const { from, to, after, limit } = data as { from: string; to: string; after: string | null; limit: number };
    const isWithin = ({ createdAt }: Payment) => createdAt >= new Date(from) && createdAt < new Date(to);
    const all = [...this.payments.values()].filter((one) => isWithin(one));
    const place = all.findIndex(({ id }) => id === after) + 1;
    const page = all.slice(place, place + limit);
    const next = all.length > place + limit ? page.at(-1)?.id : null;
    return ok({ payments: page.map((one) => listed(one)), next });
  }

  #create(data: Data, environmentId: string): Payment {
    const payment: Payment = {
      id: `bill_${this.payments.size + 1}`,
      topUpId: data['top_up_id'] as string,
      amountMinor: data['amount_minor'] as number,
      currency: data['currency'] as string,
      state: { status: 'requires_confirmation' },
      createdAt: this.now(),
      left: { ...data, environment_id: environmentId },
      refunds: new Map(),
      disputes: [],
    };
    this.payments.set(payment.id, payment);
    return payment;
  }

  #become(payment: Payment, state: Data & { status: string }): void {
    payment.state = state;
    if (state.status === 'succeeded') this.charges.push(payment.id);
  }

  #hasEnded(paymentId: unknown): boolean {
    const status = this.payments.get(paymentId as string)?.state.status;
    return status === 'succeeded' || status === 'canceled';
  }
}

/** The headers that a billing system signs what it tells with. */
export function signedHeaders(text: string, id: string, seconds: number, secret = BILLING_SECRET) {
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': signatureOf(secret, `${id}.${seconds}.${text}`),
  };
}

/** Made by hand, so that it is not the service's own package that both sides believe. */
function signatureOf(secret: string, text: string): string {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  return `v1,${createHmac('sha256', key).update(text).digest('base64')}`;
}

function attach({ customer_id: customer, token }: Data): Answer {
  const card = CARDS.get(token as string);
  if (!card) return refusal(404, 'no_such_token');
  const fingerprint = `${String(customer)}:${String(token)}`;
  const details = { brand: 'visa', last4: card.last4, expiry_month: 12, expiry_year: 2034, fingerprint };
  return ok({ payment_method: { id: token, ...details } });
}

function refund(payment: Payment, key: string, amountMinor: number | null): Answer {
  if (payment.state.status !== 'succeeded') return refusal(422, 'not_paid');
  const left = payment.amountMinor - refundedMinor(payment);
  const known = payment.refunds.get(key);
  if (!known && (amountMinor ?? 0) > left) {
    return ok({ refund: { status: 'refused', reason: `${left} are left` } });
  }
  if (!known && left === 0) return ok({ refund: { id: null, status: 'succeeded' } });
  const id = `${payment.id}_r${payment.refunds.size + 1}`;
  const made = known ?? { id, key, amount_minor: amountMinor ?? left, status: 'succeeded' };
  payment.refunds.set(key, made);
  return ok({ refund: made });
}

function refundedMinor({ refunds }: Payment): number {
  const gone = [...refunds.values()].filter(({ status }) => status !== 'failed');
  return gone.reduce((sum, one) => sum + one.amount_minor, 0);
}

function returnsOf({ id, refunds, disputes }: Payment): Data {
  return { payment_id: id, refunds: [...refunds.values()], disputes };
}

function listed(payment: Payment): Data {
  const { left, createdAt, disputes } = payment;
  const returned = { refunded_minor: refundedMinor(payment), is_disputed: disputes.length > 0 };
  return { ...left, ...(view(payment)['payment'] as Data), created_at: createdAt.toISOString(), ...returned };
}

function view({ id, amountMinor, currency, state }: Payment): Data {
  return { payment: { id, amount_minor: amountMinor, currency, ...state } };
}

function ok(body: Data): Answer {
  return { status: 200, body };
}

function refusal(status: number, code: string): Answer {
  return { status, body: { error: { code, message: `This is ${code}.` } } };
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

function say(response: ServerResponse, { status = 200, body, headers = {} }: BillingFault & { kind: 'says' }): void {
  response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
}

function breakOff(response: ServerResponse, kind: 'hang' | 'reset' | 'server_error' | 'truncate', answer?: Answer) {
  if (kind === 'server_error') send(response, refusal(500, 'server_error'));
  if (kind === 'reset') response.socket?.resetAndDestroy();
  if (kind !== 'truncate') return;
  const text = JSON.stringify(answer?.body);
  response.writeHead(200, { 'content-length': text.length });
  response.write(text.slice(0, -1), () => response.socket?.destroy());
}
