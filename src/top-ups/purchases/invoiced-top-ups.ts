import { Injectable } from '@nestjs/common';
import type { LedgerTransaction } from '../../shared/ledger-transaction.js';
import { LedgerService } from '../../ledger/ledger.service.js';
import { PendingCredit } from '../../ledger/pending-credit.entity.js';
import type { Columns } from '../../shared/sql-table.js';
import { Clock } from '../../shared/clock.js';
import { DomainError } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { scopeOf } from '../../shared/scope.js';
import { topUpChange } from '../rules/top-up-changes.js';
import type { TopUpRecord } from '../rules/top-up-state.js';
import type { Recorded } from './change-top-up.js';
import { actorOf } from './settlement.js';
import { TopUpInvoices } from './top-up-invoices.js';
import type { TopUp } from './top-up.entity.js';

const DAY_MS = 86_400_000;
/** Somebody has ended it; or it waits, as it is, for its tenant to come back. */
const NO_FAILURES = ['top_up_ended', 'tenant_suspended'];

/** What a pending credit carries beside what its top-up says. */
export interface PendingTerms {
  priority: number | null;
  expiresAt: Date | null;
  idempotencyKey: string;
  metadata: Record<string, string>;
}

/** The papers of an invoiced top-up: what it is paid by, and what is pending until it is. */
export interface PromisedTopUp {
  topUp: TopUpRecord;
  pending: PendingRecord;
  invoiceId: string;
  /** Null: never. */
  dueAt: Date | null;
}

export type PendingRecord = Columns<PendingCredit>;

/** Top-ups that are paid by invoice: a pending transaction and an invoice now, credits when it is paid. */
@Injectable()
export class InvoicedTopUps {
  constructor(
    private readonly ledger: LedgerService,
    private readonly topUpInvoices: TopUpInvoices,
    private readonly clock: Clock,
  ) {}

  /** Issues the invoice of an automatic top-up. Repeated after a crash, it finds that it was done. */
  async issue(topUp: TopUp): Promise<void> {
    const config = await this.topUpInvoices.configOf(topUp);
    const now = this.clock.now();
    const promised = {
      transactionId: newId('wtxn', now),
      invoiceId: newId('inv', now),
      dueAt: new Date(now.getTime() + config.due_days * DAY_MS),
      terms: { priority: null, expiresAt: null, idempotencyKey: '', metadata: { auto_topup: 'true' } },
    };
    const { transactionId, invoiceId, dueAt } = promised;
    await this.#evaluate(topUp, {
      changes: [topUpChange({ kind: 'issue', topUpId: topUp.id, transactionId, invoiceId, dueAt })],
      also: async (tx, { changed }) => this.write(tx, promisedBy(changed[0] as Recorded, promised), config),
    });
  }

  /** The invoice is due and was not paid: the rule that wrote it stops, the invoice can still be paid. */
  async fallDue(topUp: TopUp): Promise<void> {
    await this.#evaluate(topUp, { changes: [topUpChange({ kind: 'overdue', topUpId: topUp.id })] });
  }

  /** Writes the pending credit and the invoice of a top-up, in the ledger command that stores it. */
  async write(
    tx: LedgerTransaction,
    promised: PromisedTopUp,
    config: Awaited<ReturnType<TopUpInvoices['configOf']>>,
  ): Promise<void> {
    const { topUp, pending, invoiceId, dueAt } = promised;
    const metadata = {
      ...pending.metadata,
      wallet_transaction_id: pending.id,
      wallet_id: topUp.walletId,
      credits_amount: topUp.credits.toFixed(),
      auto_completed: 'false',
    };
    await this.topUpInvoices.create(tx.em, topUp, config, { id: invoiceId, isPaid: false, dueAt, metadata });
    tx.em.create(PendingCredit, promised.pending);
    await tx.em.flush();
  }

  async #evaluate(topUp: TopUp, what: Pick<Parameters<LedgerService['post']>[0], 'changes' | 'also'>): Promise<void> {
    try {
      await this.ledger.post({
        kind: 'evaluate',
        scope: scopeOf(topUp),
        walletId: topUp.walletId,
        actor: actorOf(topUp),
        ...what,
        answer: () => null,
      });
    } catch (error) {
      if (!(error instanceof DomainError && NO_FAILURES.includes(error.code))) throw error;
    }
  }
}

/** What was promised with a top-up that has just been stored. */
export function promisedBy(
  { topUp, balance }: Recorded,
  { terms, invoiceId, dueAt }: { terms: PendingTerms; invoiceId: string; dueAt: Date | null },
): PromisedTopUp {
  const { shard, walletId, tenantId, environmentId, customerId, credits, description, createdBy } = topUp;
  const pending: PendingRecord = {
    shard,
    walletId,
    id: topUp.transactionId as string,
    tenantId,
    environmentId,
    customerId,
    credits,
    bonusCredits: topUp.bonusCredits,
    bonusExpiresAt: topUp.bonusExpiresAt,
    balance,
    reason: 'PURCHASED_CREDIT_INVOICED',
    pendingStatus: 'pending',
    priority: terms.priority,
    expiresAt: terms.expiresAt,
    referenceId: terms.idempotencyKey || topUp.id,
    description,
    metadata: terms.metadata,
    idempotencyKey: terms.idempotencyKey,
    topUpId: topUp.id,
    createdAt: topUp.updatedAt,
    updatedAt: topUp.updatedAt,
    createdBy,
  };
  return { topUp, pending, invoiceId, dueAt };
}
