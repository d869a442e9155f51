import { Injectable } from '@nestjs/common';
import { BalanceHistoryService, type SourceBalance } from '../../ledger/balance-history.service.js';
import { Clock, formatTimestamp, formatTimestampOrNull } from '../../shared/clock.js';
import { formatDecimal } from '../../shared/decimal.js';
import { invalidField, notFound } from '../../shared/errors.js';
import type { Scope } from '../../shared/scope.js';
import type { PastBalanceDto, SourceBalanceDto } from './past-balance.dto.js';

/** What a wallet held at an instant. */
@Injectable()
export class PastBalanceService {
  constructor(
    private readonly history: BalanceHistoryService,
    private readonly clock: Clock,
  ) {}

  /** @param at now when undefined */
  async get(scope: Scope, walletId: string, at: Date | undefined): Promise<PastBalanceDto> {
    const instant = at ?? this.clock.now();
    const balance = await (at
      ? this.history.balanceAt(scope, walletId, at)
      : this.history.balanceNow(scope, walletId, instant));
    if (!balance) throw notFound('wallet', { wallet_id: walletId });
    if (instant > this.clock.now()) throw invalidField('at', 'must not be in the future');
    const { posted, debt, bySource, currency, heldNow, ...last } = balance;
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
      currency,
      at: formatTimestamp(instant),
      posted: formatDecimal(posted),
      available: formatDecimal(available(bySource.purchased).plus(available(bySource.free)).minus(debt)),
      held: at ? null : formatDecimal(heldNow),
      debt: formatDecimal(debt),
      purchased: render(bySource.purchased),
      free: render(bySource.free),
      transaction_count: last.sequence,
      last_transaction_at: formatTimestampOrNull(last.lastEntryAt),
    };
  }
}
