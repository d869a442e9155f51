import { DomainError } from '../shared/errors.js';
import { shardOf } from '../shared/shard.js';
import type { Idempotency, LedgerCommand } from './commands.js';
import type { StoredAnswer } from './ledger-store.js';
import type { Posting } from './posting.js';

/** How a command ended. `body` is the answer, ready for JSON. */
export type Outcome =
  | { kind: 'answer'; body: unknown; posting: Posting | undefined; isReplayed: boolean }
  | { kind: 'refusal'; error: DomainError; isReplayed: boolean };

/** Refusals that the same key gets again. Nothing else about a refused request is remembered: it may be corrected and repeated. */
const STICKY_REFUSALS: ReadonlySet<string> = new Set(['insufficient_credits', 'invalid_operation', 'conflict']);

/** The answers to the idempotency keys of a batch: those of before, and those that it gives. */
export class BatchAnswers {
  /** Given by this batch, to be stored in its commit. */
  readonly fresh: StoredAnswer[] = [];
  readonly #answers = new Map<string, StoredAnswer>();

  know(answers: readonly StoredAnswer[]): void {
    for (const answer of answers) this.#answers.set(answerId(answer, answer.key), answer);
  }

  replay({ scope, idempotency }: LedgerCommand): Outcome | undefined {
    if (!idempotency) return undefined;
    const stored = this.#answers.get(answerId(scope, idempotency.key));
    return stored && replayOf(stored, idempotency);
  }

  remember({ scope, walletId, idempotency }: LedgerCommand, result: unknown, now: Date): void {
    if (!idempotency) return;
    if (result instanceof DomainError && !STICKY_REFUSALS.has(result.kind)) return;
    const stored: StoredAnswer = {
      ...scope,
      key: idempotency.key,
      shard: shardOf(walletId),
      requestHash: idempotency.requestHash,
      outcome: result instanceof DomainError ? 'refusal' : 'answer',
      body: JSON.stringify(result instanceof DomainError ? toStored(result) : (result ?? null)),
      createdAt: now,
    };
    this.know([stored]);
    this.fresh.push(stored);
  }
}

/** What a key that was used before is answered with. */
export function replayOf(stored: StoredAnswer, { key, requestHash }: Idempotency): Outcome {
  if (stored.requestHash !== requestHash) {
    const message = 'this idempotency key was used with another request';
    const error = new DomainError('idempotency_key_reused', message, { details: { idempotency_key: key } });
    return { kind: 'refusal', error, isReplayed: false };
  }
  const body: unknown = JSON.parse(stored.body);
  if (stored.outcome === 'answer') return { kind: 'answer', body, posting: undefined, isReplayed: true };
  return { kind: 'refusal', error: toError(body as StoredRefusal), isReplayed: true };
}

type StoredRefusal = Pick<DomainError, 'kind' | 'code' | 'message' | 'details'>;

function toStored({ kind, code, message, details }: DomainError): StoredRefusal {
  return { kind, code, message, details };
}

function toError({ kind, code, message, details }: StoredRefusal): DomainError {
  return new DomainError(kind, message, { code, details });
}

function answerId(scope: { tenantId: string; environmentId: string }, key: string): string {
  return `${scope.tenantId} ${scope.environmentId} ${key}`;
}
