import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { type DailyFigure, DailyFigures } from '../../ledger/figures/daily-figures.service.js';
import { FIGURE_KINDS, TAKES } from '../../ledger/figures/kind-of-figure.js';
import { daysBetween, shifted } from '../../shared/calendar.js';
import { Clock } from '../../shared/clock.js';
import { minorUnitDigits } from '../../shared/currencies.js';
import { isKnownDistributed } from '../../shared/distribution.js';
import { type Decimal, decimal, formatDecimal, ZERO } from '../../shared/decimal.js';
import { invalidField } from '../../shared/errors.js';
import type { Scope } from '../../shared/scope.js';
import { FINAL_STATUSES, OPEN_STATUSES } from '../../top-ups/purchases/top-up.entity.js';
import { Attention } from './attention.service.js';
import type {
  CreditsOfDayDto,
  CreditsOverviewDto,
  MoneyOverviewDto,
  OverviewDto,
  OverviewQuery,
  TopUpOutcomeDto,
} from './overview.dto.js';
import { type ReturnedFigure, ReturnedFigures } from './returned-figures.service.js';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;
const MOST_DAYS = 400;
/** Of one state: more are said to be so many. */
const COUNTED = 10_000;

/** Days of UTC, both included. */
interface Period {
  from: string;
  to: string;
}

/** An environment at one look, from what commits have summed up and from indexes. */
@Injectable()
export class OverviewService {
  constructor(
    private readonly em: EntityManager,
    private readonly figures: DailyFigures,
    private readonly returned: ReturnedFigures,
    private readonly attention: Attention,
    private readonly clock: Clock,
  ) {}

  /** @throws DomainError `validation` for a period that ends before it begins, or is too long */
  async get(scope: Scope, query: OverviewQuery): Promise<OverviewDto> {
    const period = this.#period(query);
    const [figures, returned, topUps, attention] = await Promise.all([
      this.figures.read(scope, period.from, period.to),
      this.returned.read(scope, startOf(period.from), endOf(period.to)),
      this.#outcomes(scope, period),
      this.attention.list(scope, startOf(period.from)),
    ]);
    return { ...period, credits: creditsOf(figures), money: moneyOf(figures, returned), top_ups: topUps, attention };
  }

  #period(query: OverviewQuery): Period {
    const to = query.to ?? dayOf(this.clock.now());
    const from = query.from ?? dayOf(shifted(startOf(to), -(DEFAULT_DAYS - 1) * DAY_MS));
    const days = daysBetween(from, to) + 1;
    if (days < 1) throw invalidField('to', 'must not be before from');
    if (days > MOST_DAYS) throw invalidField('from', `must be at most ${MOST_DAYS} days before the end of to`);
    return { from, to };
  }

  async #outcomes({ tenantId, environmentId }: Scope, { from, to }: Period): Promise<TopUpOutcomeDto[]> {
    const statuses = [...OPEN_STATUSES, ...FINAL_STATUSES];
    const span = [startOf(from).toISOString(), endOf(to).toISOString()];
    if (isKnownDistributed(this.em)) {
      // Each worker counts all of its own.
      const counts = await this.em.fork().execute<TopUpOutcomeDto[]>(
        `select top_up_status, least(count(*), ${COUNTED})::int as count from top_up
         where tenant_id = ? and environment_id = ? and created_at >= ? and created_at < ? group by top_up_status`,
        [tenantId, environmentId, ...span],
      );
      return statuses.flatMap((status) => counts.filter(({ top_up_status: counted }) => counted === status));
    }
    return this.em.fork().execute<TopUpOutcomeDto[]>(
      `select s.status as top_up_status, c.count from unnest(?::text[]) with ordinality as s(status, place)
       cross join lateral (
         select count(*)::int as count from (
           select 1 from top_up t where t.tenant_id = ? and t.environment_id = ? and t.top_up_status = s.status
             and t.created_at >= ? and t.created_at < ? limit ${COUNTED}) t) c
       where c.count > 0 order by s.place`,
      [`{${statuses.join(',')}}`, tenantId, environmentId, ...span],
    );
  }
}

function creditsOf(figures: readonly DailyFigure[]): CreditsOverviewDto[] {
  const own = figures.filter(({ entries }) => entries > 0);
  const groups = Map.groupBy(own, ({ currency, conversionRate }) => `${currency} ${formatDecimal(conversionRate)}`);
  return sorted(groups).map((group) => {
    const byDay = Map.groupBy(group, ({ day }) => day);
    const before = byDay.get(null) ?? [];
    let [purchased, free] = [sumOf(before, 'purchased'), sumOf(before, 'free')];
    const days: CreditsOfDayDto[] = [];
    for (const day of [...byDay.keys()].filter((key) => key !== null).sort()) {
      const ofDay = byDay.get(day) ?? [];
      purchased = purchased.plus(sumOf(ofDay, 'purchased'));
      free = free.plus(sumOf(ofDay, 'free'));
      days.push({ ...renderDay(day, ofDay), ...renderOutstanding(purchased, free) });
    }
    const [{ currency, conversionRate }] = group as [DailyFigure];
    return { currency, conversion_rate: formatDecimal(conversionRate), ...renderOutstanding(purchased, free), days };
  });
}

function renderDay(day: string, figures: readonly DailyFigure[]) {
  const of = (kind: DailyFigure['kind']) => figures.filter((figure) => figure.kind === kind);
  const credits = FIGURE_KINDS.map((kind) => {
    const sum = sumOf(of(kind), 'credits');
    return [kind, formatDecimal(TAKES.has(kind) ? ZERO.minus(sum) : sum)];
  });
  const debits = of('spent').reduce((count, { entries }) => count + entries, 0);
  return { day, ...(Object.fromEntries(credits) as Record<DailyFigure['kind'], string>), debits };
}

function renderOutstanding(purchased: Decimal, free: Decimal) {
  return { outstanding_purchased: formatDecimal(purchased), outstanding_free: formatDecimal(free) };
}

/** What came and went of one currency on a day: minor units. */
interface MoneyFigure {
  day: string;
  currency: string;
  chargedMinor: number;
  returnedMinor: number;
}

/** @param returned undefined where nobody has summed it up */
function moneyOf(figures: readonly DailyFigure[], returned: ReturnedFigure[] | undefined): MoneyOverviewDto[] {
  const moved: MoneyFigure[] = [
    ...figures.flatMap(({ day, currency, chargedMinor }) =>
      day !== null && chargedMinor > 0 ? [{ day, currency, chargedMinor, returnedMinor: 0 }] : [],
    ),
    ...(returned ?? []).map((figure) => ({ ...figure, chargedMinor: 0 })),
  ];
  return sorted(Map.groupBy(moved, ({ currency }) => currency)).map((group) => {
    const [{ currency }] = group as [MoneyFigure];
    const render = (some: readonly MoneyFigure[]) => ({
      amount: amountOf(some, 'chargedMinor', currency),
      returned: returned ? amountOf(some, 'returnedMinor', currency) : null,
    });
    const byDay = sorted(Map.groupBy(group, ({ day }) => day));
    const days = byDay.map((ofDay) => ({ day: ofDay[0]?.day as string, ...render(ofDay) }));
    return { currency, ...render(group), days };
  });
}

function amountOf(figures: readonly MoneyFigure[], what: 'chargedMinor' | 'returnedMinor', currency: string): string {
  const minor = figures.reduce((sum, figure) => sum.plus(figure[what]), ZERO);
  const digits = minorUnitDigits(currency);
  return minor.div(decimal(10).pow(digits)).toFixed(digits);
}

function sumOf(figures: readonly DailyFigure[], what: 'credits' | 'purchased' | 'free'): Decimal {
  return figures.reduce((sum, figure) => sum.plus(figure[what]), ZERO);
}

function sorted<Group>(groups: Map<string, Group>): Group[] {
  return [...groups.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
}

function startOf(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}

/** The first instant behind a day. */
function endOf(day: string): Date {
  return shifted(startOf(day), DAY_MS);
}

function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10);
}
