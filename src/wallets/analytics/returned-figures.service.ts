import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { Scope } from '../../shared/scope.js';

/** Of each kind: more are not summed up while somebody waits. */
const MOST = 20_000;

/** Money that went back on a day. */
export interface ReturnedFigure {
  /** `2026-02-28` (UTC). */
  day: string;
  /** ISO 4217, lower case. */
  currency: string;
  /** Minor units of `currency`. */
  returnedMinor: number;
}

/** Money that went back to customers, each kind by an index of its own. */
@Injectable()
export class ReturnedFigures {
  constructor(private readonly em: EntityManager) {}

  /**
   * Refunds on the day on which the provider had made them, disputes on that on which they were lost.
   * @param to the first instant that is not included
   * @returns undefined where there are more than are summed up
   */
  async read({ tenantId, environmentId }: Scope, from: Date, to: Date): Promise<ReturnedFigure[] | undefined> {
    const of = (table: string, isDone: string, at: string) =>
      `(select ${at} as at, currency, amount_minor from ${table} where tenant_id = ? and environment_id = ? and ${isDone}
         and ${at} >= ? and ${at} < ? limit ${MOST + 1})`;
    const parameters = [tenantId, environmentId, from.toISOString(), to.toISOString()];
    const rows = await this.em.fork().execute<{ day: string; currency: string; minor: string; count: number }[]>(
      `select to_char(at at time zone 'utc', 'YYYY-MM-DD') as day, currency, sum(amount_minor)::text as minor,
         count(*)::int as count
       from (${of('refund', `refund_status = 'succeeded'`, 'finished_at')}
         union all ${of('dispute', `dispute_status = 'lost'`, 'closed_at')}) r
       group by 1, 2`,
      [...parameters, ...parameters],
    );
    if (rows.reduce((sum, { count }) => sum + count, 0) > MOST) return undefined;
    return rows.map(({ day, currency, minor }) => ({ day, currency, returnedMinor: Number(minor) }));
  }
}
