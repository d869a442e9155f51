import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { BalanceHistoryService, type SourceBalance } from '../../ledger/balance-history.service.js';
import { Wallet } from '../../ledger/wallet.entity.js';
import { Clock, formatTimestamp, formatTimestampOrNull } from '../../shared/clock.js';
import { formatDecimal } from '../../shared/decimal.js';
import { invalidField, notFound } from '../../shared/errors.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { walletKey } from '../../shared/shard.js';
import type { PastBalanceDto, SourceBalanceDto } from './past-balance.dto.js';

/** What a wallet held at an instant. */
@Injectable()
export class PastBalanceService {
  constructor(
    private readonly em: EntityManager,
    private readonly history: BalanceHistoryService,
    private readonly clock: Clock,
  ) {}

  /** @param at now when undefined */
  async get(scope: Scope, walletId: string, at: Date | undefined): Promise<PastBalanceDto> {
    const wallet = await this.em.fork().findOne(Wallet, { ...walletKey(walletId), ...scopeOf(scope) });
    if (!wallet) throw notFound('wallet', { wallet_id: walletId });
    const instant = at ?? this.clock.now();
    if (instant > this.clock.now()) throw invalidField('at', 'must not be in the future');
    const { posted, debt, bySource, ...last } = await this.history.balanceAt(walletId, instant);
    const available = (source: SourceBalance) => {
      const live = source.posted.minus(source.expired);
      return at ? live : live.minus(source.heldNow);
    };
    const render = (source: SourceBalance): SourceBalanceDto => ({
      posted: formatDecimal(source.posted),
      available: formatDecimal(available(source)),
    });
    return {
      wallet_id: walletId,
      currency: wallet.currency,
      at: formatTimestamp(instant),
      posted: formatDecimal(posted),
      available: formatDecimal(available(bySource.purchased).plus(available(bySource.free)).minus(debt)),
      held: at ? null : formatDecimal(wallet.held),
      debt: formatDecimal(debt),
      purchased: render(bySource.purchased),
      free: render(bySource.free),
      transaction_count: last.sequence,
      last_transaction_at: formatTimestampOrNull(last.lastEntryAt),
    };
  }
}
