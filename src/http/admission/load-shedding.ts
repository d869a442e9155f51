import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Config } from '../../config.js';
import { DomainError } from '../../shared/errors.js';
import { renderRefusal } from '../errors/error.filter.js';
import { assignRequestId } from '../request-id.js';
import { type Arrival, FairShares } from './fair-shares.js';
import { LoopDelay } from './loop-delay.js';

const LOOK_MS = 100;
/** Whoever has waited so long for a turn is better told than kept. */
const LONGEST_WAIT_MS = 1000;
/** How much earlier the loop counts as late where others wait behind whoever fills it. */
const SHARED_PART = 10;
const RETRY_AFTER_S = 1;
/** Whoever asks whether the process lives is told, and by a loop that is late above all. */
const HEALTH = /^\/health(\/|\?|$)/;

/**
 * Lets requests wait first of all, before anything is read of them but their headers, while the event loop is late: those
 * of who sends most, 503 after a second. Costs a lookup and a count where it is not.
 */
@Injectable()
export class LoadShedding implements OnApplicationBootstrap, OnModuleDestroy {
  /** Whose request it is by its headers, without asking anybody; undefined for nobody known. Handed in by whoever knows keys. */
  tenantOf: (request: IncomingMessage) => string | undefined = () => undefined;
  readonly #logger = new Logger('LoadShedding');
  readonly #shares: FairShares;
  #timer: NodeJS.Timeout | undefined;
  readonly #leaves = new WeakMap<ServerResponse, () => void>();
  #refused = 0;
  /** Requests refused since the start. */
  refusedInAll = 0;

  constructor(
    private readonly config: Config,
    private readonly delay: LoopDelay,
  ) {
    const lateness = { aloneMs: config.lateLoopMs, sharedMs: config.lateLoopMs / SHARED_PART };
    this.#shares = new FairShares(lateness, LONGEST_WAIT_MS);
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

  /** A request whose answer stays open and costs nothing meanwhile: it is no longer counted as under way. */
  release(response: ServerResponse): void {
    const leave = this.#leaves.get(response);
    if (leave && response.off('close', leave)) leave();
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
    const arrival: Arrival = {
      atMs: performance.now(),
      begin: next,
      refuse: () => {
        this.#refused += 1;
        this.refusedInAll += 1;
        response.off('close', leave);
        refuse(request, response);
      },
    };
    const leave = (): void => this.#shares.end(who, arrival);
    response.once('close', leave);
    this.#leaves.set(response, leave);
    this.#shares.come(who, arrival);
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
