import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Clock } from '../../shared/clock.js';
import { PromotionalRenewal } from './promotional-renewal.entity.js';

/** Taken up in one round, in all. */
const ROUND_LIMIT = 500;
/** While one process renews an account no other takes it up; after this it is taken for crashed. */
const LEASE_MS = 60_000;
/** One that failed waits a minute, then twice as long each time. */
const WAIT_MS = 60_000;
const LONGEST_WAIT_MS = 6 * 3_600_000;
/** A customer's row may be committed so much later than it is dated. */
const COMMIT_MARGIN_MS = 3_600_000;

/** Stands for an environment that gives promotional credits. */
interface PromotingRow {
  tenant_id: string;
  environment_id: string;
}

/** Whose promotional credits are due: claimed by one process at a time, in turn between environments. */
@Injectable()
export class RenewalQueue {
  /** By environment: customers of before are enlisted, and need not be looked for again. */
  readonly #enlistedUntil = new Map<string, Date>();

  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
  ) {}

  /** Renewals that are due and that this process, and no other, carries out now. */
  async claim(): Promise<PromotionalRenewal[]> {
    const promoting = await this.em.fork().execute<PromotingRow[]>(
      `select tenant_id, environment_id from tenant_setting
       where key = 'credits' and (value ->> 'promotional_credits')::numeric > 0`,
    );
    if (promoting.length === 0) return [];
    await this.#enlist(promoting);
    return this.#claim(promoting);
  }

  /** Lets the next round take it up again: nothing was wrong with it. */
  async giveBack({ customerId }: PromotionalRenewal): Promise<void> {
    await this.em.fork().nativeUpdate(PromotionalRenewal, { customerId }, { attemptAt: null });
  }

  /** @returns until when it waits */
  async putOff({ customerId, failures }: PromotionalRenewal): Promise<Date> {
    const wait = Math.min(WAIT_MS * 2 ** failures, LONGEST_WAIT_MS);
    const attemptAt = new Date(this.clock.now().getTime() + wait);
    await this.em.fork().nativeUpdate(PromotionalRenewal, { customerId }, { attemptAt, failures: failures + 1 });
    return attemptAt;
  }

  /** What was given already, by another process or under another length: its date moves all the same, never back. */
  async moveOn(
    customerId: string,
    next: Pick<PromotionalRenewal, 'nextAt' | 'anchorDay' | 'nextMonth'>,
  ): Promise<void> {
    const where = { customerId, nextAt: { $lt: next.nextAt } };
    await this.em.fork().nativeUpdate(PromotionalRenewal, where, { ...next, attemptAt: null, failures: 0 });
  }

  /** Of a customer who is no more. */
  async forget({ customerId }: PromotionalRenewal): Promise<void> {
    await this.em.fork().nativeDelete(PromotionalRenewal, { customerId });
  }

  /** Gives customers who have none a row, due since they signed up. */
  async #enlist(promoting: PromotingRow[]): Promise<void> {
    const startedAt = this.clock.now().getTime();
    const environments = promoting.map((row) => ({
      ...row,
      since: this.#enlistedUntil.get(row.environment_id)?.toISOString() ?? '-infinity',
    }));
    const rows = await this.em.fork().execute<{ environment_id: string; enlisted: number; latest: Date | string }[]>(
      `with missing as (
         select c.* from jsonb_to_recordset(?::jsonb) as p (tenant_id text, environment_id text, since timestamptz)
         cross join lateral (
           select id, tenant_id, environment_id, created_at from customer c
           where c.tenant_id = p.tenant_id and c.environment_id = p.environment_id and c.status = 'published'
             and c.created_at >= p.since
             and not exists (select from promotional_renewal r where r.customer_id = c.id)
           order by created_at limit ${ROUND_LIMIT}
         ) c
       ), enlisted as (
         insert into promotional_renewal (customer_id, tenant_id, environment_id, next_at)
         select id, tenant_id, environment_id, created_at from missing on conflict do nothing
       )
       select environment_id, count(*)::int as enlisted, max(created_at) as latest from missing group by environment_id`,
      [JSON.stringify(environments)],
    );
    const found = new Map(rows.map((row) => [row.environment_id, row]));
    for (const { environment_id: id } of promoting) {
      const row = found.get(id);
      const isAll = !row || row.enlisted < ROUND_LIMIT;
      this.#enlistedUntil.set(id, isAll ? new Date(startedAt - COMMIT_MARGIN_MS) : new Date(row.latest));
    }
  }

  /** As many of each environment that has any due: 500 accounts of one do not make another wait. */
  async #claim(promoting: PromotingRow[]): Promise<PromotionalRenewal[]> {
    const now = this.clock.now();
    const em = this.em.fork();
    const isDue = `r.tenant_id = p.tenant_id and r.environment_id = p.environment_id
      and r.next_at <= ? and (r.attempt_at is null or r.attempt_at <= ?)`;
    const due = [now.toISOString(), now.toISOString()];
    const rows = await em.execute<object[]>(
      `with waiting as materialized (
         select tenant_id, environment_id from jsonb_to_recordset(?::jsonb) as p (tenant_id text, environment_id text)
         where exists (select from promotional_renewal r where ${isDue})
       ), due as materialized (
         select d.customer_id from waiting p cross join lateral (
           select r.customer_id, r.next_at from promotional_renewal r where ${isDue}
           order by r.next_at limit (select ceil(${ROUND_LIMIT}.0 / greatest(count(*), 1))::int from waiting)
           for update skip locked
         ) d order by d.next_at limit ${ROUND_LIMIT}
       )
       update promotional_renewal r set attempt_at = ? from due where r.customer_id = due.customer_id returning r.*`,
      [JSON.stringify(promoting), ...due, ...due, new Date(now.getTime() + LEASE_MS).toISOString()],
    );
    return rows.map((row) => em.map(PromotionalRenewal, row));
  }
}
