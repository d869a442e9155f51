import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { WalletsPageQuery } from '../../http/wallets-page.js';
import { Lot } from '../../ledger/lot.entity.js';
import { formatTimestamp } from '../../shared/clock.js';
import { decimal, formatDecimal } from '../../shared/decimal.js';
import { notFound } from '../../shared/errors.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { inWallet, shardOf } from '../../shared/shard.js';
import { toDate } from '../../shared/sql-table.js';
import type { LotConsumptionDto } from './lots.dto.js';

const COUNTED = 10_000;

interface Row {
  entry_id: string;
  kind: string;
  credits: string;
  remaining_after: string;
  created_at: string;
  reason: string;
  reference_type: string;
  reference_id: string;
  description: string;
}

/** Where the credits of a grant went, entry by entry: a page of an index for each page. */
@Injectable()
export class LotConsumptions {
  constructor(private readonly em: EntityManager) {}

  /** @returns a page, and how many there are, counted up to 10,000 */
  async list(
    scope: Scope,
    walletId: string,
    lotId: string,
    { limit, offset, order }: WalletsPageQuery,
  ): Promise<{ items: LotConsumptionDto[]; total: number }> {
    const em = this.em.fork();
    const known = await em.count(Lot, { ...inWallet(walletId), id: lotId, ...scopeOf(scope) });
    if (known === 0) throw notFound('lot', { wallet_id: walletId, lot_id: lotId });
    const of = [shardOf(walletId), walletId, lotId];
    const taken = 'from entry_lot where shard = ? and wallet_id = ? and lot_id = ? and credits < 0';
    const rows = await em.execute<Row[]>(
      `select k.entry_id, k.kind, abs(k.credits)::text as credits, k.remaining_after::text, e.created_at, e.reason,
         e.reference_type, e.reference_id, e.description
       from (select shard, wallet_id, entry_id, kind, credits, remaining_after, sequence ${taken}
         order by sequence ${order}, kind ${order} limit ? offset ?) k
       join entry e on e.shard = k.shard and e.wallet_id = k.wallet_id and e.sequence = k.sequence
       order by k.sequence ${order}, k.kind ${order}`,
      [...of, limit, offset],
    );
    const isWholeList = offset === 0 && rows.length < limit;
    const [counted] = isWholeList
      ? [{ total: rows.length }]
      : await em.execute<{ total: number }[]>(
          `select count(*)::int as total from (select 1 ${taken} limit ${COUNTED}) k`,
          of,
        );
    return { items: rows.map(render), total: counted?.total ?? 0 };
  }
}

function render(row: Row): LotConsumptionDto {
  return {
    transaction_id: row.entry_id,
    kind: row.kind,
    credits: formatDecimal(decimal(row.credits)),
    remaining: formatDecimal(decimal(row.remaining_after)),
    at: formatTimestamp(toDate(row.created_at)),
    reason: row.reason,
    reference_type: row.reference_type,
    reference_id: row.reference_id,
    description: row.description,
  };
}
