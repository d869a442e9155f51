import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { type Decimal, decimal } from '../../shared/decimal.js';
import { type Scope } from '../../shared/scope.js';
import { ALL_SHARDS } from '../../shared/shard.js';
import type { CounterAccount, EntryReason } from '../entry.entity.js';
import { type FigureKind, kindOfFigure } from './kind-of-figure.js';

/** What entries of one kind come to on a day, of wallets whose credits are worth the same. */
export interface DailyFigure {
  /** `2026-02-28` (UTC); null for all days before the first that was asked for. */
  day: string | null;
  /** ISO 4217, lower case. */
  currency: string;
  conversionRate: Decimal;
  kind: FigureKind;
  entries: number;
  /** Signed. */
  credits: Decimal;
  /** By how much what purchased and free lots have left has changed. */
  purchased: Decimal;
  free: Decimal;
  /** Minor units of `currency`. */
  chargedMinor: number;
}

interface Row {
  day: string | null;
  currency: string;
  conversion_rate: string;
  reason: EntryReason;
  counter_account: CounterAccount;
  entries: number;
  credits: string;
  purchased: string;
  free: string;
  charged_minor: string;
}

/** The figures that commits keep of an environment: what they cost to read grows with days, never with entries. */
@Injectable()
export class DailyFigures {
  constructor(private readonly em: EntityManager) {}

  /**
   * Of each day from the first to the last, and of all days before them together.
   * @param first `2026-02-28` (UTC), as is the last, which is included
   */
  async read({ tenantId, environmentId }: Scope, first: string, last: string): Promise<DailyFigure[]> {
    const rows = await this.em.fork().execute<Row[]>(
      `select case when day >= ? then day end as day, currency, conversion_rate::text, reason, counter_account,
         sum(entries)::int as entries, sum(credits)::text as credits, sum(purchased)::text as purchased,
         sum(free)::text as free, sum(charged_minor)::text as charged_minor
       from ledger_figure
       where shard = any(?::smallint[]) and tenant_id = ? and environment_id = ? and day <= ?
       group by 1, currency, conversion_rate, reason, counter_account`,
      [first, ALL_SHARDS, tenantId, environmentId, last],
    );
    return rows.map((row) => ({
      day: row.day,
      currency: row.currency,
      conversionRate: decimal(row.conversion_rate),
      kind: kindOfFigure(row.reason, row.counter_account),
      entries: row.entries,
      credits: decimal(row.credits),
      purchased: decimal(row.purchased),
      free: decimal(row.free),
      chargedMinor: Number(row.charged_minor),
    }));
  }
}
