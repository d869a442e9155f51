import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { BalanceCurve, type RareEntry } from '../../ledger/balance-curve.service.js';
import { type FigureKind, kindOfFigure } from '../../ledger/figures/kind-of-figure.js';
import { Wallet } from '../../ledger/wallet.entity.js';
import { shifted } from '../../shared/calendar.js';
import { Clock, formatTimestamp } from '../../shared/clock.js';
import { type Decimal, formatDecimal, ZERO } from '../../shared/decimal.js';
import { invalidField, notFound } from '../../shared/errors.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { walletKey } from '../../shared/shard.js';
import {
  type CurveMarkDto,
  type CurvePointDto,
  DEFAULT_POINTS,
  type WalletCurveDto,
  type WalletCurveQuery,
} from './wallet-curve.dto.js';

const DEFAULT_SPAN_MS = 30 * 86_400_000;
/** Entries that are no debits: beyond, their sums would cost what a curve must not. */
const MOST_RARE = 20_000;
const MARKS_SHOWN = 200;
/** What a point says of each kind, where that is not its own name. */
const SUM_OF_KIND: Record<FigureKind, keyof Sums> = {
  purchased: 'granted',
  granted: 'granted',
  credit_notes: 'granted',
  spent: 'spent',
  reversed: 'reversed',
  expired: 'expired',
  taken_back: 'other',
  other: 'other',
};

interface Sums {
  granted: Decimal;
  spent: Decimal;
  reversed: Decimal;
  expired: Decimal;
  other: Decimal;
}

/** A wallet's balance over time: as dear for a million entries as for ten. */
@Injectable()
export class WalletCurves {
  constructor(
    private readonly em: EntityManager,
    private readonly curve: BalanceCurve,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError `not_found`; `validation` for a time that ends before it begins */
  async get(scope: Scope, walletId: string, query: WalletCurveQuery): Promise<WalletCurveDto> {
    const wallet = await this.em.fork().findOne(Wallet, { ...walletKey(walletId), ...scopeOf(scope) });
    if (!wallet) throw notFound('wallet', { wallet_id: walletId });
    const instants = this.#instants(query);
    const [from, to] = [instants[0], instants.at(-1)] as [Date, Date];
    const [balances, rare] = await Promise.all([
      this.curve.balancesBefore(walletId, instants),
      this.curve.rareEntries(walletId, from, to, MOST_RARE + 1),
    ]);
    const isComplete = rare.length <= MOST_RARE;
    const sums = isComplete ? sumsOf(instants, balances, rare) : undefined;
    return {
      wallet_id: walletId,
      currency: wallet.currency,
      conversion_rate: formatDecimal(wallet.conversionRate),
      points: instants.map((at, index) =>
        renderPoint(at, balances[index] as Decimal, index > 0 ? sums?.[index] : undefined),
      ),
      sums_complete: isComplete,
      marks: rare.slice(0, MARKS_SHOWN).toReversed().map(renderMark),
      has_more_marks: rare.length > MARKS_SHOWN,
    };
  }

  /** A millisecond behind now: what has happened by now is before it. */
  #instants({ from: asked, to: until, points = DEFAULT_POINTS }: WalletCurveQuery): Date[] {
    const now = this.clock.now().getTime() + 1;
    const to = Math.min(until?.getTime() ?? now, now);
    const from = (asked ?? shifted(new Date(to), -DEFAULT_SPAN_MS)).getTime();
    if (from >= to) throw invalidField('from', 'must be before to, and in the past');
    const parts = Math.min(points, to - from);
    return Array.from({ length: parts + 1 }, (_, index) => new Date(Math.round(from + ((to - from) * index) / parts)));
  }
}

/** Of each point since the one before: what is known of the few entries that are no debits, and by the balance the debits. */
function sumsOf(instants: readonly Date[], balances: readonly Decimal[], rare: readonly RareEntry[]): Sums[] {
  const sums = instants.map(() => ({ granted: ZERO, spent: ZERO, reversed: ZERO, expired: ZERO, other: ZERO }));
  const moved = balances.map(() => ZERO);
  let point = instants.length - 1;
  for (const entry of rare) {
    while (point > 1 && entry.at < (instants[point - 1] as Date)) point -= 1;
    const own = sums[point] as Sums;
    const name = SUM_OF_KIND[kindOfFigure(entry.reason, entry.counterAccount)];
    const isTaken = name === 'spent' || name === 'expired';
    own[name] = isTaken ? own[name].minus(entry.credits) : own[name].plus(entry.credits);
    moved[point] = (moved[point] as Decimal).plus(entry.credits);
  }
  for (let index = 1; index < sums.length; index += 1) {
    const own = sums[index] as Sums;
    const debited = (balances[index - 1] as Decimal).plus(moved[index] as Decimal).minus(balances[index] as Decimal);
    own.spent = own.spent.plus(debited);
  }
  return sums;
}

function renderPoint(at: Date, balance: Decimal, sums: Sums | undefined): CurvePointDto {
  const text = (name: keyof Sums): string | null => (sums ? formatDecimal(sums[name]) : null);
  return {
    at: formatTimestamp(at),
    balance: formatDecimal(balance),
    granted: text('granted'),
    spent: text('spent'),
    reversed: text('reversed'),
    expired: text('expired'),
    other: text('other'),
  };
}

function renderMark(entry: RareEntry): CurveMarkDto {
  return {
    transaction_id: entry.id,
    at: formatTimestamp(entry.at),
    kind: kindOfFigure(entry.reason, entry.counterAccount),
    reason: entry.reason,
    credits: formatDecimal(entry.credits),
    balance: formatDecimal(entry.balanceAfter),
    top_up_id: entry.topUpId,
  };
}
