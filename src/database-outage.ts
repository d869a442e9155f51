import { DriverException } from '@mikro-orm/core';
import type { Logger } from 'pino';
import { isConnectionLost } from './shared/is-connection-lost.js';
import { sqlStateOf } from './shared/sql-state.js';

/** What the network says, of the database or of any other server. */
const OF_ANY_SERVER = /^(ECONN|EPIPE)/;
const LINE_EVERY_MS = 60_000;
const LOOK_EVERY_MS = 1000;

interface Options {
  /** Whether the database answers. */
  ping: () => Promise<boolean>;
  /** Milliseconds of a clock that only goes forward. */
  now?: () => number;
}

/**
 * A database that is away makes everything fail that is tried meanwhile: it is said once a minute, not once for each
 * request and task, and once when it is back. What is kept back is in the log at `debug`.
 */
export class DatabaseOutage {
  readonly #now: () => number;
  #downSince: number | undefined;
  #saidAt = Number.NEGATIVE_INFINITY;
  #isSaid = false;
  #failures = 0;
  #isEnded = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly log: Logger,
    private readonly options: Options,
  ) {
    this.#now = options.now ?? (() => performance.now());
  }

  /** @returns whether an error is the database's absence, and is said here */
  takes(error: unknown): boolean {
    if (!isConnectionLost(error)) return false;
    if (this.#downSince === undefined && !isOfDatabase(error)) {
      void this.#suspect(error);
      return false;
    }
    this.#count(error);
    return true;
  }

  /** It may have been another server that was not there: the database is asked. */
  async #suspect(error: unknown): Promise<void> {
    if (!(await this.options.ping())) this.#count(error);
  }

  #count(error: unknown): void {
    const now = this.#now();
    this.#failures += 1;
    if (this.#downSince === undefined) {
      this.#downSince = now;
      if (!this.#isEnded) this.#timer = setInterval(() => void this.look(), LOOK_EVERY_MS).unref();
    }
    if (now - this.#saidAt < LINE_EVERY_MS) return;
    this.log.error({ err: error, failures: this.#failures, ...this.#age(now) }, 'the database does not answer');
    [this.#saidAt, this.#isSaid, this.#failures] = [now, true, 0];
  }

  /** Looks whether it is back. Every second while it is away. */
  async look(): Promise<void> {
    if (this.#downSince === undefined || !(await this.options.ping())) return;
    // One that comes and goes within the minute is one line, too.
    if (this.#isSaid) this.log.info(this.#age(this.#now()), 'the database answers again');
    this.#downSince = undefined;
    this.#isSaid = false;
    clearInterval(this.#timer);
  }

  /** Nobody waits for it any more: the service has stopped. */
  end(): void {
    this.#isEnded = true;
    clearInterval(this.#timer);
  }

  #age(now: number): { downSeconds: number } {
    return { downSeconds: Math.round((now - (this.#downSince ?? now)) / 1000) };
  }
}

function isOfDatabase(error: unknown): boolean {
  return error instanceof DriverException || !OF_ANY_SERVER.test(sqlStateOf(error));
}
