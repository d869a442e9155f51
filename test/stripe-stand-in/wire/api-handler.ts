import type { ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import Stripe from 'stripe';
import type { Account } from '../api/account.js';
import { newId } from '../books/ids.js';
import type { ReceivedCall } from '../books/movement.js';
import type { Fault, FaultScript } from '../script/fault-script.js';
import type { RateLimit } from '../script/rate-limit.js';
import { formOf, type HttpRequest } from './api-server.js';
import { authorize, type Keys } from './authorize.js';
import { Expander } from './expand.js';
import { faultBefore, sendFaulty } from './faulty-answer.js';
import { Idempotency } from './idempotency.js';
import { parametersOf, type Router } from './router.js';
import { type ErrorBody, StripeFailure, wrongParameter } from './stripe-failure.js';

/** An answer before it is sent. */
export interface Answer {
  status: number;
  body: string;
  isReplay: boolean;
  isStored: boolean;
}

export interface Scripts {
  faults: FaultScript;
  rateLimit: RateLimit;
}

/** Answers the requests to `/v1/`: key, rate, idempotency, parameters, the endpoint, and the faults on the way. */
export class ApiHandler {
  readonly #idempotency: Idempotency;
  readonly #expander: Expander;

  constructor(
    private readonly account: Account,
    private readonly router: Router,
    private readonly keys: Keys,
    private readonly scripts: Scripts,
  ) {
    this.#idempotency = new Idempotency(account.books);
    this.#expander = new Expander(account.books);
  }

  async handle(request: HttpRequest, response: ServerResponse): Promise<void> {
    // Stripe.js asks from pages of other hosts.
    response.setHeader('Access-Control-Allow-Origin', '*');
    if (request.method === 'OPTIONS') return allowBrowsers(response);
    const call = this.#note(request);
    const fault = this.scripts.faults.take(request.method, request.path);
    call.fault = fault ? `${fault.kind} ${fault.when ?? ''}`.trim() : null;
    const answer = await this.#answer(request, call, fault);
    if (answer === undefined) return cut(response, fault);
    call.status = answer.status;
    call.isReplay = answer.isReplay;
    call.errorCode = codeOf(answer);
    sendFaulty(response, answer, headersOf(call, answer), fault);
  }

  /** @returns undefined where there is no answer, by script. */
  async #answer(request: HttpRequest, call: ReceivedCall, fault: Fault | undefined): Promise<Answer | undefined> {
    if (fault?.when === 'before' && (fault.kind === 'hang' || fault.kind === 'reset')) return undefined;
    try {
      if (!this.scripts.rateLimit.take(Date.now())) throw tooMany();
      faultBefore(fault, call.idempotencyKey);
      const isBrowser = authorize(request, this.keys) === 'browser';
      return await this.#once(request, call, fault, isBrowser);
    } catch (error) {
      if (error instanceof StripeFailure) return answerOf(error);
      throw error;
    }
  }

  /** Carries the request out, or finds the answer that its idempotency key got before. */
  async #once(request: HttpRequest, call: ReceivedCall, fault: Fault | undefined, isBrowser: boolean): Promise<Answer> {
    const key = request.method === 'POST' ? call.idempotencyKey : null;
    if (key === null) return this.#act(request, call, fault, isBrowser);
    const keyed = { key, method: request.method, path: request.path, form: request.body };
    const before = this.#idempotency.begin(keyed, this.account.nowMs());
    if (before) return { status: before.status, body: before.body, isReplay: true, isStored: true };
    try {
      const store = (answer: Answer): void => this.#idempotency.store(keyed, answer, this.account.nowMs());
      return await this.#act(request, call, fault, isBrowser, store);
    } finally {
      this.#idempotency.end(key);
    }
  }

  async #act(
    request: HttpRequest,
    call: ReceivedCall,
    fault: Fault | undefined,
    isBrowser: boolean,
    store?: (answer: Answer) => void,
  ): Promise<Answer> {
    const { route, ids } = this.router.find(request.method, request.path);
    if (isBrowser && !route.isForBrowsers) throw secretKeyNeeded();
    const params = parametersOf(route, readForm(request));
    if (fault?.kind === 'delay' && fault.when === 'before') await wait(fault.ms);
    const isFailing = fault?.kind === 'server_error';
    // From here to the commit nothing waits, so requests do not see one another half done.
    this.account.caller = { requestId: call.requestId, idempotencyKey: call.idempotencyKey, isBrowser };
    const done =
      isFailing && fault.when === 'before' ? undefined : this.#carryOut(() => route.act(ids, params), params);
    const answer = isFailing || !done ? answerOf(serverError()) : done;
    if (answer.isStored) store?.(answer);
    this.account.commit();
    this.account.caller = undefined;
    if (fault?.kind === 'delay' && fault.when === 'after') await wait(fault.ms);
    return answer;
  }

  #carryOut(act: () => object, params: { expand?: string[] }): Answer {
    try {
      const result = this.#expander.expand(act(), params.expand ?? []);
      return { status: 200, body: JSON.stringify(result, null, 2), isReplay: false, isStored: true };
    } catch (error) {
      if (error instanceof StripeFailure) return answerOf(error);
      throw error;
    }
  }

  #note({ method, path, query, body, incoming }: HttpRequest): ReceivedCall {
    const call: ReceivedCall = {
      requestId: newId('req'),
      at: Date.now(),
      method,
      path,
      form: withoutNumbers(body === '' ? query : body),
      idempotencyKey: (incoming.headers['idempotency-key'] as string | undefined) ?? null,
      status: null,
      errorCode: null,
      isReplay: false,
      fault: null,
    };
    this.account.books.calls.push(call);
    return call;
  }
}

function readForm(request: HttpRequest): ReturnType<typeof formOf> {
  try {
    return formOf(request);
  } catch (error) {
    if (error instanceof SyntaxError) throw wrongParameter('', error.message);
    throw error;
  }
}

function answerOf({ status, error, isStored }: StripeFailure): Answer {
  return { status, body: JSON.stringify({ error }, null, 2), isReplay: false, isStored };
}

function codeOf({ status, body }: Answer): string | null {
  if (status < 400) return null;
  const { error } = JSON.parse(body) as { error: ErrorBody };
  return error.code ?? error.type;
}

function allowBrowsers(response: ServerResponse): void {
  const headers = {
    'Access-Control-Allow-Headers': 'authorization, content-type, idempotency-key, stripe-version',
    'Access-Control-Allow-Methods': 'GET, POST, DELETE',
  };
  response.writeHead(204, headers).end();
}

/** Hung requests are left alone: the client gives up, or the stand-in closes. */
function cut(response: ServerResponse, fault: Fault | undefined): void {
  if (fault?.kind === 'reset') response.socket?.resetAndDestroy();
}

function headersOf(call: ReceivedCall, answer: Answer): Record<string, string> {
  return {
    'Content-Type': 'application/json',
    'Request-Id': call.requestId,
    'Stripe-Version': Stripe.API_VERSION,
    ...(call.idempotencyKey !== null && { 'Idempotency-Key': call.idempotencyKey }),
    ...(answer.isReplay && { 'Idempotent-Replayed': 'true' }),
    ...shouldRetry(answer),
  };
}

/** What Stripe advises a client: a stored failure stays what it is, a conflict and a failure on the way may not. */
function shouldRetry({ status, isStored }: Answer): Record<string, string> {
  if (status >= 500) return { 'Stripe-Should-Retry': isStored ? 'false' : 'true' };
  if (status === 409) return { 'Stripe-Should-Retry': 'true' };
  return status >= 400 ? { 'Stripe-Should-Retry': 'false' } : {};
}

function tooMany(): StripeFailure {
  const message = 'Request rate limit exceeded. Learn more about rate limits at https://stripe.com/docs/rate-limits.';
  return new StripeFailure(429, { type: 'rate_limit_error', code: 'rate_limit', message }, false);
}

function serverError(): StripeFailure {
  return new StripeFailure(500, { type: 'api_error', message: 'An unknown error occurred' });
}

function secretKeyNeeded(): StripeFailure {
  const message = 'This API call cannot be made with a publishable API key. Please use a secret API key.';
  return new StripeFailure(403, { type: 'invalid_request_error', code: 'secret_key_required', message }, false);
}

function withoutNumbers(form: string): string {
  return form.replaceAll(/(card(?:%5B|\[)number(?:%5D|\])=)\d+(\d{4})/gi, '$1...$2');
}
