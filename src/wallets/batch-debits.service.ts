import { Injectable, Logger } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import { LoopTurns } from '../http/admission/loop-turns.js';
import { renderWalletsError, renderWalletsFailure, WALLETS_STATUS } from '../http/errors/wallets-errors.js';
import { requestHash } from '../http/idempotency.js';
import { validated } from '../http/validation.pipe.js';
import { LedgerService } from '../ledger/ledger.service.js';
import { SettingsService } from '../settings/settings.service.js';
import { formatDecimal } from '../shared/decimal.js';
import { DomainError, invalidField } from '../shared/errors.js';
import { scopeOf } from '../shared/scope.js';
import { BatchDebitDto, type BatchDebitResult, type BatchDebitsAnswer } from './batch-debits.dto.js';

const ROUTE = '/v1/wallets/debits/batch';
/** Rows that are read at a time: a thousand would keep everybody waiting. */
const PIECE = 25;
type Debited = Pick<BatchDebitResult, 'transaction_id' | 'credit_balance'>;

/** Many debits in one request. They meet in the writer's next groups, in their order: no other path to the ledger. */
@Injectable()
export class BatchDebitsService {
  readonly #logger = new Logger('BatchDebits');

  constructor(
    private readonly ledger: LedgerService,
    private readonly settings: SettingsService,
    private readonly turns: LoopTurns,
  ) {}

  async debit(caller: Caller, rows: unknown[]): Promise<BatchDebitsAnswer> {
    const { manual_debit_overdraft: isUnlimited } = await this.settings.get(caller, 'wallets');
    const overdraft = isUnlimited ? 'any' : 'wallet';
    const pending: Promise<BatchDebitResult>[] = [];
    for (const [index, row] of rows.entries()) {
      if (index % PIECE === 0) await this.turns.take(caller.tenantId);
      pending.push(this.#result(caller, row, index, overdraft));
    }
    const results = await Promise.all(pending);
    const succeeded = results.filter(({ success }) => success).length;
    return { results, succeeded, failed: results.length - succeeded };
  }

  /** What becomes of one row, whatever it is; a failure of ours is a result, too, and the same key may be repeated. */
  async #result(caller: Caller, row: unknown, index: number, overdraft: 'any' | 'wallet'): Promise<BatchDebitResult> {
    const named = namesOf(row);
    try {
      const { body, isReplayed } = await this.#post(caller, row, overdraft);
      return { index, success: true, ...named, ...body, replayed: isReplayed, error: null };
    } catch (thrown) {
      const isRefusal = thrown instanceof DomainError;
      if (!isRefusal)
        this.#logger.error({ msg: 'a debit of a batch failed', requestId: caller.requestId, err: thrown });
      const error = isRefusal ? renderWalletsError(thrown, WALLETS_STATUS[thrown.kind]) : renderWalletsFailure();
      const nothing = { transaction_id: null, credit_balance: null };
      return { index, success: false, ...named, ...nothing, replayed: isRefusal && thrown.isReplayed, error };
    }
  }

  #post(caller: Caller, row: unknown, overdraft: 'any' | 'wallet') {
    const debit = validated(BatchDebitDto, row);
    if (!debit.idempotency_key) throw invalidField('idempotency_key', 'is required');
    return this.ledger.post<Debited>({
      kind: 'debit',
      scope: scopeOf(caller),
      walletId: debit.wallet_id,
      actor: caller,
      idempotency: { key: debit.idempotency_key, requestHash: requestHash('POST', ROUTE, row) },
      terms: {
        credits: debit.credits,
        reason: debit.transaction_reason,
        overdraft,
        referenceType: 'REQUEST',
        description: debit.description ?? '',
        metadata: debit.metadata ?? {},
      },
      answer: ({ state, entries }) => ({
        transaction_id: entries[0]?.id ?? null,
        credit_balance: formatDecimal(state.wallet.creditBalance),
      }),
    });
  }
}

/** So that a result can be matched with its row, as far as the row says who it is. */
function namesOf(row: unknown): Pick<BatchDebitResult, 'idempotency_key' | 'wallet_id'> {
  const { idempotency_key: key, wallet_id: walletId } = (typeof row === 'object' && row !== null ? row : {}) as Record<
    string,
    unknown
  >;
  return {
    idempotency_key: typeof key === 'string' ? key : null,
    wallet_id: typeof walletId === 'string' ? walletId : null,
  };
}
