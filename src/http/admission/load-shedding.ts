import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Config } from '../../config.js';
import { DomainError } from '../../shared/errors.js';
import { renderRefusal } from '../errors/error.filter.js';
import { assignRequestId } from '../request-id.js';
import { FairShares } from './fair-shares.js';
import { LoopDelay } from './loop-delay.js';

const LOOK_MS = 100;
/** An answer is kept back so long, or up to twice: who repeats at once would otherwise cost as much as what is refused saves. */
const KEPT_BACK_MS = 200;
const RETRY_AFTER_S = 1;
/** Whoever asks whether the process lives is told, and by a loop that is late above all. */
const HEALTH = /^\/health(\/|\?|$)/;

/**
 * Refuses requests first of all, before anything is read of them but their headers, while the event loop is late: 503 to
 * those who send most. Costs a lookup and a count where it is not.
 */
@Injectable()
export class LoadShedding implements OnApplicationBootstrap, OnModuleDestroy {
  /** Whose request it is by its headers, without asking anybody; undefined for nobody known. Handed in by whoever knows keys. */
  tenantOf: (request: IncomingMessage) => string | undefined = () => undefined;
  readonly #logger = new Logger('LoadShedding');
  readonly #shares: FairShares;
  #timer: NodeJS.Timeout | undefined;
  #refused = 0;

  constructor(
    private readonly config: Config,
    private readonly delay: LoopDelay,
  ) {
    this.#shares = new FairShares({ aloneMs: config.lateLoopMs, sharedMs: config.lateLoopMs / 2 });
  }

  onApplicationBootstrap(): void {
    if (this.config.lateLoopMs > 0) this.#timer = setInterval(() => this.look(), LOOK_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.#timer);
  }

  /** Looks how late the loop is, and moves what may be under way. */
  look(): void {
    const delayMs = this.delay.read();
    this.#shares.observe(delayMs, performance.now());
    if (this.#refused === 0) return;
    this.#logger.warn({ msg: 'the event loop is late: requests were refused', refused: this.#refused, delayMs });
    this.#refused = 0;
  }

  /** As Express takes it, in front of everything else. */
  readonly handle = (request: IncomingMessage, response: ServerResponse, next: () => void): void => {
    const path = request.url ?? '';
    if (this.config.lateLoopMs === 0 || HEALTH.test(path)) {
      next();
      return;
    }
    // All who show no key that is known have one share together: with one for each address they would have most of them.
    const who = this.tenantOf(request) ?? '';
    if (!this.#shares.begin(who, performance.now())) {
      this.#refused += 1;
      setTimeout(refuse, KEPT_BACK_MS * (1 + Math.random()), request, response);
      return;
    }
    response.once('close', () => this.#shares.end(who));
    next();
  };
}

/** By hand, without Express: what a refusal costs is what is left for those who are let in. */
function refuse(request: IncomingMessage, response: ServerResponse): void {
  if (response.destroyed) return;
  const busy = new DomainError('unavailable', 'too much is under way: repeat the request later');
  const { status, body } = renderRefusal(busy, (request.url ?? '').split('?', 1)[0] ?? '');
  assignRequestId(request, response);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Retry-After': String(RETRY_AFTER_S),
    'Access-Control-Allow-Origin': '*',
  });
  response.end(JSON.stringify(body));
}
