import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import type { IdempotentRequest } from '../http/idempotency.js';
import { Entry } from '../ledger/entry.entity.js';
import { type LedgerAnswer, LedgerService } from '../ledger/ledger.service.js';
import type { Posting } from '../ledger/posting.js';
import type { EntryRecord, WalletState } from '../ledger/wallet-state.js';
import { Clock } from '../shared/clock.js';
import { formatDecimal } from '../shared/decimal.js';
import { invalidField, notFound } from '../shared/errors.js';
import { scopeOf } from '../shared/scope.js';
import { TopUpPolicy } from '../top-ups/rules/top-up-policy.js';
import { renderEntry } from './render-transaction.js';
import { renderWallet } from './render-wallet.js';
import type { ReversalDto, ReverseTransactionDto, TransferAnswerDto, TransferDto } from './reversals.dto.js';
import type { TransactionDto } from './transactions.dto.js';
import type { WalletDto } from './wallet-answers.dto.js';

/** Credits that go back where they came from, and credits that move to another wallet. */
@Injectable()
export class ReversalsService {
  constructor(
    private readonly em: EntityManager,
    private readonly ledger: LedgerService,
    private readonly policy: TopUpPolicy,
    private readonly clock: Clock,
  ) {}

  /** Undoes a debit or voids what is unspent of a grant. */
  async reverse(
    caller: Caller,
    entryId: string,
    body: ReverseTransactionDto,
    idempotency: IdempotentRequest,
  ): Promise<LedgerAnswer<ReversalDto>> {
    if (body.restore_until && body.restore_until <= this.clock.now()) {
      throw invalidField('restore_until', 'must be in the future');
    }
    const entry = await this.em.fork().findOne(Entry, { id: entryId, ...scopeOf(caller) }, { fields: ['walletId'] });
    if (!entry) throw notFound('transaction', { transaction_id: entryId });
    return this.ledger.post({
      kind: 'reverse',
      scope: scopeOf(caller),
      walletId: entry.walletId,
      actor: caller,
      idempotency,
      terms: {
        entryId,
        credits: body.credits ?? null,
        expired: body.expired_credits === 'restore' ? { restoreUntil: body.restore_until ?? null } : 'forfeit',
        description: body.description ?? '',
        metadata: body.metadata ?? {},
      },
      answer: (posting) => ({
        wallet_transaction: render(posting, posting.entries[0] as EntryRecord),
        not_restored: formatDecimal(posting.forfeited),
        wallet: this.#wallet(posting.state),
      }),
    });
  }

  /** Moves credits between two wallets of one customer. */
  transfer(
    caller: Caller,
    walletId: string,
    body: TransferDto,
    idempotency: IdempotentRequest,
  ): Promise<LedgerAnswer<TransferAnswerDto>> {
    return this.ledger.post({
      kind: 'transfer',
      scope: scopeOf(caller),
      walletId,
      actor: caller,
      idempotency,
      terms: {
        toWalletId: body.to_wallet_id,
        credits: body.credits,
        description: body.description ?? '',
        metadata: body.metadata ?? {},
      },
      answer: (posting) => {
        const to = posting.counterpart as Posting;
        return {
          sent: render(posting, posting.entries[0] as EntryRecord),
          received: to.entries.map((entry) => render(to, entry)),
          from_wallet: this.#wallet(posting.state),
          to_wallet: this.#wallet(to.state),
        };
      },
    });
  }

  #wallet(state: WalletState): WalletDto {
    return renderWallet(state.wallet, this.policy.stateOf(state));
  }
}

function render({ state }: Posting, entry: EntryRecord): TransactionDto {
  return renderEntry(
    entry,
    [...state.newLots].find(({ id }) => id === entry.id),
  );
}
