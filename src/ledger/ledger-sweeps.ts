import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable, Logger } from '@nestjs/common';
import { Clock } from '../shared/clock.js';
import { DomainError } from '../shared/errors.js';
import type { Scope } from '../shared/scope.js';
import { LedgerService } from './ledger.service.js';

/** How long a first answer is kept for replays. Published in README; the entry keeps its own unique key for ever. */
export const IDEMPOTENCY_WINDOW_MS = 7 * 86_400_000;
const SWEEP_LIMIT = 500;
const SYSTEM_ACTOR = { keyId: '', requestId: 'scheduled' };

/** What time does to wallets. Nothing becomes true through it: expired credits can't be spent anyway; it only books. */
@Injectable()
export class LedgerSweeps {
  readonly #logger = new Logger('LedgerSweeps');

  constructor(
    private readonly em: EntityManager,
    private readonly ledger: LedgerService,
    private readonly clock: Clock,
  ) {}

  /** Books the forfeiture of expired credits. Any number of processes may: the second finds nothing left. */
  async expireCredits(): Promise<number> {
    const rows = await this.em.fork().execute<WalletRow[]>(
      `select distinct wallet_id, tenant_id, environment_id from lot
       where is_open and expires_at <= ? and remaining > held and renewal_id is null limit ${SWEEP_LIMIT}`,
      [this.clock.now().toISOString()],
    );
    await Promise.all(rows.map((row) => this.evaluateSafely(row.wallet_id, scopeOf(row))));
    return rows.length;
  }

  /** Ends holds whose time is over and gives their credits back. */
  async expireHolds(): Promise<number> {
    const rows = await this.em.fork().execute<(WalletRow & { id: string })[]>(
      `select wallet_id, tenant_id, environment_id, id from hold
       where hold_status = 'open' and expires_at <= ? order by expires_at limit ${SWEEP_LIMIT}`,
      [this.clock.now().toISOString()],
    );
    await Promise.all(rows.map((row) => this.#expireHold(row)));
    return rows.length;
  }

  /** Forgets answers that are older than the published window. */
  async forgetAnswers(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - IDEMPOTENCY_WINDOW_MS);
    await this.em.fork().execute('delete from idempotency_key where created_at < ?', [before.toISOString()]);
  }

  /** Lets the ledger and its policies look at a wallet again. One that fails is logged and fails alone. */
  async evaluateSafely(walletId: string, scope: Scope): Promise<void> {
    await this.#safely({ walletId }, () =>
      this.ledger.post({ kind: 'evaluate', scope, walletId, actor: SYSTEM_ACTOR, answer: () => null }),
    );
  }

  async #expireHold(row: WalletRow & { id: string }): Promise<void> {
    const target = { scope: scopeOf(row), walletId: row.wallet_id, holdId: row.id };
    await this.#safely({ walletId: row.wallet_id, holdId: row.id }, () =>
      this.ledger.post({ kind: 'release', ...target, outcome: 'expired', actor: SYSTEM_ACTOR, answer: () => null }),
    );
  }

  async #safely(what: Record<string, string>, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch (error) {
      // Another process was faster, or the hold was captured meanwhile.
      if (error instanceof DomainError && error.kind !== 'unavailable') return;
      this.#logger.error({ msg: 'a wallet could not be looked at; it is tried again', ...what, err: error });
    }
  }
}

interface WalletRow {
  wallet_id: string;
  tenant_id: string;
  environment_id: string;
}

function scopeOf(row: WalletRow): Scope {
  return { tenantId: row.tenant_id, environmentId: row.environment_id };
}
