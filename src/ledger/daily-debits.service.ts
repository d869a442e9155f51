import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { type Decimal, decimal } from '../shared/decimal.js';
import { isKnownDistributed } from '../shared/distribution.js';
import type { Scope } from '../shared/scope.js';

/** A part of a period: from an instant on, before another. */
export interface Span {
  from: Date;
  to: Date;
}

/** What happened to a wallet in a span, credits, zero or more. */
export interface SpanDebits {
  /** Which of the spans, from 0. */
  index: number;
  walletId: string;
  /** ISO 4217, lower case. */
  currency: string;
  /** What debits and captures took. */
  debited: Decimal;
  /** What reversals gave back, of debits of any time. */
  reversed: Decimal;
}

interface SpanRow {
  index: number;
  wallet_id: string;
  currency: string;
  debited: string;
  reversed: string;
}

/** What a customer's wallets spent, span by span. */
@Injectable()
export class DailyDebitsService {
  constructor(private readonly em: EntityManager) {}

  /**
   * The change of a balance says what was debited, once the few entries that are no plain debits are taken out of it: two
   * rows of an index and those few for each wallet and span, however many debits there were.
   * @param limit wallets, the newest ones
   * @returns spans in which something happened, the last one first
   */
  async ofCustomer(
    { tenantId, environmentId, customerId }: Scope & { customerId: string },
    spans: readonly Span[],
    limit: number,
  ): Promise<SpanDebits[]> {
    const wallets = `select shard, id, currency from wallet where tenant_id = ? and environment_id = ? and customer_id = ?
      order by created_at desc, id desc limit ?`;
    const parameters = [tenantId, environmentId, customerId, limit];
    if (!isKnownDistributed(this.em)) return this.#read(spans, wallets, parameters);
    // A worker answers for one wallet by itself: one after the other.
    const found: SpanDebits[] = [];
    for (const { shard, id } of await this.em.fork().execute<{ shard: number; id: string }[]>(wallets, parameters)) {
      const wallet = `select shard, id, currency from wallet where shard = ${shard} and id = ?`;
      found.push(...(await this.#read(spans, wallet, [id], String(shard))));
    }
    return found.sort((a, b) => b.index - a.index || (a.walletId < b.walletId ? -1 : 1));
  }

  async #read(
    spans: readonly Span[],
    wallets: string,
    parameters: unknown[],
    shard = 'w.shard',
  ): Promise<SpanDebits[]> {
    const list = spans.map(({ from, to }, index) => ({ index, from: from.toISOString(), to: to.toISOString() }));
    const balanceBefore = (instant: string) =>
      `coalesce((select balance_after from entry where shard = ${shard} and wallet_id = w.id and created_at < ${instant}
         order by created_at desc, sequence desc limit 1), 0)`;
    const rows = await this.em.fork().execute<SpanRow[]>(
      `select s.index, w.id as wallet_id, w.currency, moved.debited::text, rare.reversed::text
       from jsonb_to_recordset(?::jsonb) as s(index int, "from" timestamptz, "to" timestamptz)
       cross join (${wallets}) w
       cross join lateral (
         select coalesce(sum(credits), 0) as credits,
           coalesce(sum(credits) filter (where reason = 'DEBIT_REVERSAL'), 0) as reversed
         from entry where shard = ${shard} and wallet_id = w.id and created_at >= s."from" and created_at < s."to"
           and reason <> 'MANUAL_BALANCE_DEBIT') rare
       cross join lateral (
         select rare.credits + ${balanceBefore('s."from"')} - ${balanceBefore('s."to"')} as debited) moved
       where moved.debited <> 0 or rare.reversed <> 0
       order by s.index desc, w.id`,
      [JSON.stringify(list), ...parameters],
    );
    return rows.map(({ index, wallet_id: walletId, currency, debited, reversed }) => ({
      index,
      walletId,
      currency,
      debited: decimal(debited),
      reversed: decimal(reversed),
    }));
  }
}
