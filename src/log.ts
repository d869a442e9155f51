import { createRequire } from 'node:module';
import type { LoggerService } from '@nestjs/common';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { type DestinationStream, type Level, type Logger, pino } from 'pino';
import type { PrettyOptions } from 'pino-pretty';
import type { Config } from './config.js';
import type { DatabaseOutage } from './database-outage.js';
import { assignRequestId } from './http/request-id.js';
import { loggableError } from './loggable-error.js';

/** Where Nest says a line for each module and each route. */
const START_UP_CONTEXTS: ReadonlySet<unknown> = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/**
 * Lines on stdout, written before the call returns: what led to a crash is never lost. JSON, and on a terminal what a
 * person reads.
 */
export function createLog(config: Config, isTerminal = process.stdout.isTTY): Logger {
  const options = {
    level: config.logLevel,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (level: string) => ({ level }) },
    serializers: { err: loggableError, error: loggableError },
  };
  const isPretty = (config.logFormat ?? (isTerminal ? 'pretty' : 'json')) === 'pretty';
  return isPretty ? pino(options, prettyStream(isTerminal)) : pino(options);
}

/** Loaded when it is needed: it takes as long as a tenth of the start. */
function prettyStream(isColored: boolean): DestinationStream {
  const pretty = createRequire(import.meta.url)('pino-pretty') as (options: PrettyOptions) => DestinationStream;
  return pretty({ sync: true, colorize: isColored, translateTime: 'SYS:HH:MM:ss.l', singleLine: true });
}

/** What Nest and our own classes say, as lines of the log. */
export class LogLines implements LoggerService {
  constructor(
    private readonly pino: Logger,
    private readonly outage: DatabaseOutage,
  ) {}

  /** Nest's hundred lines about its start go to `debug`. */
  log(message: unknown, ...rest: unknown[]): void {
    this.#write(START_UP_CONTEXTS.has(rest.at(-1)) ? 'debug' : 'info', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.#write('fatal', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.#write('error', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.#write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.#write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.#write('trace', message, rest);
  }

  /** Nest hands the context over last, and before it a stack if there is one. */
  #write(level: Level, message: unknown, rest: unknown[]): void {
    const context = rest.at(-1);
    const stack = rest.length > 1 ? rest[0] : undefined;
    const at = this.outage.takes(errorOf(message)) ? 'debug' : level;
    if (message instanceof Error) this.pino[at]({ context, err: message });
    else if (typeof message === 'object') this.pino[at]({ context, ...message });
    else this.pino[at]({ context, stack }, message as string);
  }
}

/** What a line is about, where that is an error. */
function errorOf(message: unknown): unknown {
  return message instanceof Error ? message : (message as { err?: unknown } | undefined)?.err;
}

/**
 * Gives each request its id and, at `info` and below, leaves a line when it ends. What is logged is listed here, so
 * headers, query and body never get in. By hand: pino-http and its context cost 30 to 50 microseconds a request, a
 * third of what an empty one takes.
 */
export function logRequests(log: Logger): RequestHandler {
  const isLogged = log.isLevelEnabled('info');
  return (request: Request & { id?: string }, response: Response, next: NextFunction): void => {
    const requestId = assignRequestId(request, response);
    request.id = requestId;
    if (isLogged) {
      const { method, path } = request;
      const startedAt = performance.now();
      response.once('close', () => {
        const durationMs = Math.round((performance.now() - startedAt) * 10) / 10;
        const status = response.writableFinished ? response.statusCode : 'aborted';
        log.info({ requestId, method, path, status, durationMs }, 'request');
      });
    }
    next();
  };
}
