import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { availableSql } from '../../ledger/live-lots.js';
import { Wallet } from '../../ledger/wallet.entity.js';
import { Clock, formatTimestamp, formatTimestampOrNull } from '../../shared/clock.js';
import { decimal, formatDecimal } from '../../shared/decimal.js';
import { notFound } from '../../shared/errors.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { toDate } from '../../shared/sql-table.js';
import { shardOf, walletKey } from '../../shared/shard.js';
import type { LotConsumerDto, LotDto, LotListQuery } from './lots.dto.js';

const CONSUMERS_SHOWN = 10;
const CONSUMERS_COUNTED = 1000;

interface LotRow {
  id: string;
  source: 'purchased' | 'free';
  reason: string;
  priority: number | null;
  granted: string;
  remaining: string;
  held: string;
  available: string;
  expires_at: string | null;
  created_at: string;
  consumed_by_count: number;
}

interface ConsumerRow {
  lot_id: string;
  entry_id: string;
  kind: string;
  credits: string;
  created_at: string;
}

/** A wallet's grants, each with what it has left and where the rest went. */
@Injectable()
export class LotsService {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
  ) {}

  async list(scope: Scope, walletId: string, query: LotListQuery): Promise<{ items: LotDto[]; total: number }> {
    const em = this.em.fork();
    const known = await em.count(Wallet, { ...walletKey(walletId), ...scopeOf(scope) });
    if (known === 0) throw notFound('wallet', { wallet_id: walletId });
    const rows = await this.#page(em, walletId, query);
    const isWholeList = query.offset === 0 && rows.length < query.limit;
    const total = isWholeList ? rows.length : await this.#count(em, walletId, query);
    const consumers = await this.#consumers(
      em,
      walletId,
      rows.map(({ id }) => id),
    );
    return { items: rows.map((row) => renderLot(walletId, row, consumers.get(row.id) ?? [])), total };
  }

  #page(em: EntityManager, walletId: string, { limit, offset, order, status }: LotListQuery): Promise<LotRow[]> {
    return em.execute<LotRow[]>(
      `select l.id, l.source, e.reason, l.priority, l.granted::text, l.remaining::text, l.held::text,
         (${availableSql('l')})::text as available,
         l.expires_at, l.created_at,
         (select count(*)::int from (select 1 from entry_lot k
           where k.shard = l.shard and k.wallet_id = l.wallet_id and k.lot_id = l.id and k.credits < 0 limit ${CONSUMERS_COUNTED}) c
         ) as consumed_by_count
       from lot l join entry e on e.shard = l.shard and e.wallet_id = l.wallet_id and e.id = l.id
       where l.shard = ? and l.wallet_id = ? ${status === 'open' ? 'and l.is_open' : ''}
       order by l.created_at ${order}, l.id ${order} limit ? offset ?`,
      [this.clock.now().toISOString(), shardOf(walletId), walletId, limit, offset],
    );
  }

  async #count(em: EntityManager, walletId: string, { status }: LotListQuery): Promise<number> {
    const [row] = await em.execute<{ total: number }[]>(
      `select count(*)::int as total from lot where shard = ? and wallet_id = ? ${status === 'open' ? 'and is_open' : ''}`,
      [shardOf(walletId), walletId],
    );
    return row?.total ?? 0;
  }

  async #consumers(em: EntityManager, walletId: string, lotIds: string[]): Promise<Map<string, LotConsumerDto[]>> {
    if (lotIds.length === 0) return new Map();
    const rows = await em.execute<ConsumerRow[]>(
      `select k.lot_id, k.entry_id, k.kind, abs(k.credits)::text as credits, e.created_at
       from lot l cross join lateral (
         select k.lot_id, k.entry_id, k.kind, k.credits, k.sequence from entry_lot k
         where k.shard = l.shard and k.wallet_id = l.wallet_id and k.lot_id = l.id and k.credits < 0
         order by k.sequence desc limit ${CONSUMERS_SHOWN}) k
       join entry e on e.shard = l.shard and e.wallet_id = l.wallet_id and e.sequence = k.sequence
       where l.shard = ? and l.wallet_id = ? and l.id in (${lotIds.map(() => '?').join(', ')})
       order by k.sequence desc`,
      [shardOf(walletId), walletId, ...lotIds],
    );
    const byLot = new Map<string, LotConsumerDto[]>(lotIds.map((id) => [id, []]));
    for (const row of rows) byLot.get(row.lot_id)?.push(renderConsumer(row));
    return byLot;
  }
}

function renderLot(walletId: string, row: LotRow, consumers: LotConsumerDto[]): LotDto {
  return {
    id: row.id,
    wallet_id: walletId,
    source: row.source === 'free' ? 'granted' : row.source,
    reason: row.reason,
    priority: row.priority,
    credits: formatDecimal(decimal(row.granted)),
    remaining: formatDecimal(decimal(row.remaining)),
    held: formatDecimal(decimal(row.held)),
    available: formatDecimal(decimal(row.available)),
    expires_at: formatTimestampOrNull(row.expires_at === null ? null : toDate(row.expires_at)),
    created_at: formatTimestamp(toDate(row.created_at)),
    transaction_id: row.id,
    consumed_by: consumers,
    consumed_by_count: row.consumed_by_count,
  };
}

function renderConsumer(row: ConsumerRow): LotConsumerDto {
  return {
    transaction_id: row.entry_id,
    kind: row.kind,
    credits: formatDecimal(decimal(row.credits)),
    at: formatTimestamp(toDate(row.created_at)),
  };
}
