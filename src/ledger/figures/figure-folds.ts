import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../shared/clock.js';
import { Distribution, type Place } from '../../shared/distribution.js';
import type { Scope } from '../../shared/scope.js';
import { ALL_SHARDS } from '../../shared/shard.js';
import { withinScope } from '../../shared/sight.js';
import type { LedgerFigureRecord } from './figures-of.js';

/** Rows of a day that are worth making one. */
const MANY = 100;
/** Of an environment in which little happens, a day's rows are made one after so long. */
const LONG_MS = 600_000;
/** Made one in one statement. */
const FOLD_LIMIT = 5000;

const GROUP = 'environment_id, day, currency, tenant_id, conversion_rate, reason, counter_account';
/** Rows in a parameter as one. */
const FOLDED = `
  insert into ledger_figure (shard, id, ${GROUP}, entries, credits, purchased, free, charged_minor)
  select (array_agg(shard order by id))[1], min(id), ${GROUP}, sum(entries), sum(credits), sum(purchased), sum(free),
    sum(charged_minor)
  from json_to_recordset(?::json) as t(shard smallint, id text, environment_id text, day text, currency text,
    tenant_id text, conversion_rate numeric, reason text, counter_account text, entries int, credits numeric,
    purchased numeric, free numeric, charged_minor bigint)
  group by ${GROUP}`;

interface Noted extends Scope {
  day: string;
  rows: number;
  sinceMs: number;
}

/**
 * Makes one row of the many that commits have added for a day. What this process has written it remembers, so nothing is
 * looked for; what a crash has made it forget is folded with the day's next rows, or stays: a figure is a sum over rows.
 */
@Injectable()
export class FigureFolds {
  readonly #noted = new Map<string, Noted>();

  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
    private readonly distribution: Distribution,
  ) {}

  /** Rows that are being written, and perhaps will be: nothing is wrong with looking for more than there are. */
  note(figures: readonly LedgerFigureRecord[]): void {
    for (const { tenantId, environmentId, day } of figures) {
      const key = `${environmentId} ${day}`;
      const noted = this.#noted.get(key);
      if (noted) noted.rows += 1;
      else this.#noted.set(key, { tenantId, environmentId, day, rows: 1, sinceMs: this.clock.now().getTime() });
    }
  }

  /**
   * Folds the next day that is due. What another process is folding is left to it.
   * @returns rows that are gone; zero where nothing is due
   */
  async foldNext(): Promise<number> {
    const longAgo = this.clock.now().getTime() - LONG_MS;
    for (const [key, noted] of this.#noted) {
      if (noted.rows < MANY && noted.sinceMs > longAgo) continue;
      this.#noted.delete(key);
      const taken = await withinScope(noted, () =>
        this.distribution.isDistributed ? this.#foldInPlaces(noted) : this.#fold(noted),
      );
      // There are more, and nobody else has them in mind.
      if (taken === FOLD_LIMIT) this.#noted.set(key, noted);
      return taken;
    }
    return 0;
  }

  async #fold({ environmentId, day }: Noted): Promise<number> {
    const [row] = await this.em.fork().execute<{ taken: number }[]>(
      `with found as (
         select shard, environment_id, day, currency, id from ledger_figure
         where shard = any(?::smallint[]) and environment_id = ? and day = ? for update skip locked limit ${FOLD_LIMIT}),
       taken as (
         delete from ledger_figure f using found t where f.shard = t.shard and f.environment_id = t.environment_id
           and f.day = t.day and f.currency = t.currency and f.id = t.id
         returning f.*),
       folded as (
         insert into ledger_figure (shard, environment_id, day, currency, id, tenant_id, conversion_rate, reason,
           counter_account, entries, credits, purchased, free, charged_minor)
         select (array_agg(shard order by id))[1], environment_id, day, currency, min(id), tenant_id, conversion_rate,
           reason, counter_account, sum(entries), sum(credits), sum(purchased), sum(free), sum(charged_minor)
         from taken group by environment_id, day, currency, tenant_id, conversion_rate, reason, counter_account)
       select count(*)::int as taken from taken`,
      [ALL_SHARDS, environmentId, day],
    );
    return row?.taken ?? 0;
  }

  /** A piece after the other: one that another process is folding is waited for. @returns the most rows of a piece */
  async #foldInPlaces(noted: Noted): Promise<number> {
    let most = 0;
    for (const place of this.distribution.places) most = Math.max(most, await this.#foldInPlace(noted, place));
    return most;
  }

  async #foldInPlace({ environmentId, day }: Noted, place: Place): Promise<number> {
    const ofDay = `shard in (${place.join(', ')}) and environment_id = ? and day = ?`;
    const key = 'shard, environment_id, day, currency, id';
    return this.em.fork().transactional(async (em) => {
      const taken = await em.execute<object[]>(
        `delete from ledger_figure where ${ofDay} and (${key}) in (
           select ${key} from ledger_figure where ${ofDay} order by id limit ${FOLD_LIMIT}) returning *`,
        [environmentId, day, environmentId, day],
      );
      if (taken.length > 0) await em.execute(FOLDED, [JSON.stringify(taken)]);
      return taken.length;
    });
  }
}
