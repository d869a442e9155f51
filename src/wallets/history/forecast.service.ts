import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { BalanceHistoryService } from '../../ledger/balance-history.service.js';
import { Lot } from '../../ledger/lot.entity.js';
import { availableOfLot, isPastExpiry } from '../../ledger/live-lots.js';
import { bySpendOrder } from '../../ledger/spend-order.js';
import type { LotRecord } from '../../ledger/wallet-state.js';
import { Wallet } from '../../ledger/wallet.entity.js';
import { Clock, formatTimestamp, formatTimestampOrNull } from '../../shared/clock.js';
import { type Decimal, divideByRate, formatDecimal, ZERO } from '../../shared/decimal.js';
import { notFound } from '../../shared/errors.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { columnsOf } from '../../shared/sql-table.js';
import { inWallet, walletKey } from '../../shared/shard.js';
import { type Burn, type Forecast, forecastCredits, type LiveLot } from './forecast-credits.js';
import type { ForecastDto, ForecastRateDto } from './forecast.dto.js';

const WINDOWS_DAYS = [1, 7, 30];
const DAY_MS = 86_400_000;
const LOTS_SHOWN = 100;

/** How long credits last, judged by how they were spent. */
@Injectable()
export class ForecastService {
  constructor(
    private readonly em: EntityManager,
    private readonly history: BalanceHistoryService,
    private readonly clock: Clock,
  ) {}

  async get(scope: Scope, walletId: string): Promise<ForecastDto> {
    const em = this.em.fork();
    const wallet = await em.findOne(Wallet, { ...walletKey(walletId), ...scopeOf(scope) });
    if (!wallet) throw notFound('wallet', { wallet_id: walletId });
    const now = this.clock.now();
    const found = await em.find(Lot, { ...inWallet(walletId), isOpen: true });
    const lots = liveLots(found.map(columnsOf), now);
    const ageMs = Math.max(DAY_MS, now.getTime() - wallet.createdAt.getTime());
    const rates: ForecastRateDto[] = [];
    for (const days of WINDOWS_DAYS) {
      const credits = await this.history.spentSince(walletId, new Date(now.getTime() - days * DAY_MS));
      const burn = { credits, overMs: Math.min(days * DAY_MS, ageMs) };
      rates.push(renderRate(days, burn, forecastCredits(lots, wallet.debt, burn, now)));
    }
    const live = lots.reduce((total, { credits }) => total.plus(credits), ZERO);
    return {
      wallet_id: walletId,
      currency: wallet.currency,
      at: formatTimestamp(now),
      available: formatDecimal(live.minus(wallet.debt)),
      rates,
    };
  }
}

/** What can be spent, in the order it is. A renewal that is under way keeps an expired lot; its date says nothing yet. */
function liveLots(lots: LotRecord[], now: Date): LiveLot[] {
  return lots
    .filter((lot) => availableOfLot(lot, now).gt(0))
    .sort(bySpendOrder)
    .map((lot) => ({
      id: lot.id,
      credits: availableOfLot(lot, now),
      expiresAt: isPastExpiry(lot, now) ? null : lot.expiresAt,
    }));
}

function renderRate(days: number, burn: Burn, { runsOutAt, expiring }: Forecast): ForecastRateDto {
  const perDay: Decimal = divideByRate(burn.credits.times(DAY_MS), ZERO.plus(burn.overMs));
  return {
    days,
    debited_credits: formatDecimal(burn.credits),
    credits_per_day: formatDecimal(perDay),
    runs_out_at: formatTimestampOrNull(runsOutAt),
    expiring: expiring.slice(0, LOTS_SHOWN).map(({ lot, expiresAt, credits }) => ({
      lot_id: lot.id,
      expires_at: formatTimestamp(expiresAt),
      unspent_credits: formatDecimal(credits),
    })),
    expiring_credits: formatDecimal(expiring.reduce((total, { credits }) => total.plus(credits), ZERO)),
  };
}
