import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { availableSql } from '../../ledger/live-lots.js';
import { Clock } from '../../shared/clock.js';
import { notFound } from '../../shared/errors.js';
import { amountText, readRows, timestampText } from '../../shared/prepared-reads.js';
import type { Scope } from '../../shared/scope.js';
import { shardOf } from '../../shared/shard.js';
import type { LotConsumerDto, LotDto, LotListQuery } from './lots.dto.js';

const CONSUMERS_SHOWN = 10;
const CONSUMERS_COUNTED = 1000;

/** A lot in the answer's texts, or nothing of one when the page is empty. */
type LotRow = { page_length: number; total: number | null } & ({ id: null } | ShownLot);
type ShownLot = Omit<LotDto, 'wallet_id' | 'source' | 'transaction_id' | 'consumed_by'> & {
  source: 'purchased' | 'free';
  consumed_by: LotConsumerDto[] | null;
};

/** The last that took from lot `l`, the latest first. */
const CONSUMERS = `(
  select json_agg(json_build_object('transaction_id', k.entry_id, 'kind', k.kind, 'credits', ${amountText('abs(k.credits)')},
    'at', ${timestampText('e.created_at')}) order by k.sequence desc)
  from (
    select k.shard, k.wallet_id, k.entry_id, k.kind, k.credits, k.sequence from entry_lot k
    where k.shard = l.shard and k.wallet_id = l.wallet_id and k.lot_id = l.id and k.credits < 0
    order by k.sequence desc limit ${CONSUMERS_SHOWN}) k
  join entry e on e.shard = k.shard and e.wallet_id = k.wallet_id and e.sequence = k.sequence)`;

/** $1 the wallet, $2 and $3 whose it is, $4 the instant, $5 and $6 the page, $7 its shard. */
function lotsSql({ order, status }: Pick<LotListQuery, 'order' | 'status'>): string {
  const which = `where l.shard = $7 and l.wallet_id = $1 ${status === 'open' ? 'and l.is_open' : ''}`;
  const sorted = `order by l.created_at ${order}, l.id ${order}`;
  return `
    with page as materialized (
      select l.*, e.reason from lot l
      join entry e on e.shard = l.shard and e.wallet_id = l.wallet_id and e.id = l.id ${which} ${sorted}
      limit $5::int offset $6::int),
    head as materialized (
      select (select count(*)::int from page) as page_length from wallet w
      where w.shard = $7 and w.id = $1 and w.tenant_id = $2 and w.environment_id = $3)
    select head.page_length, case when $6::int > 0 or head.page_length = $5::int
        then (select count(*)::int from lot l ${which}) end as total,
      l.id, l.source, l.reason, l.priority, ${amountText('l.granted')} as credits,
      ${amountText('l.remaining')} as remaining, ${amountText('l.held')} as held,
      ${amountText(`(${availableSql('l', '$4::timestamptz')})`)} as available,
      ${timestampText('l.expires_at')} as expires_at, ${timestampText('l.created_at')} as created_at,
      ${CONSUMERS} as consumed_by, (select count(*)::int from (select 1 from entry_lot k
        where k.shard = l.shard and k.wallet_id = l.wallet_id and k.lot_id = l.id and k.credits < 0 limit ${CONSUMERS_COUNTED}) c
      ) as consumed_by_count
    from head left join page l on true ${sorted}`;
}

/** A wallet's grants, each with what it has left and where the rest went. */
@Injectable()
export class LotsService {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
  ) {}

  async list(scope: Scope, walletId: string, query: LotListQuery): Promise<{ items: LotDto[]; total: number }> {
    const { tenantId, environmentId } = scope;
    const which = [walletId, tenantId, environmentId, this.clock.now().toISOString()];
    const parameters = [...which, query.limit, query.offset, shardOf(walletId)];
    const rows = await readRows<LotRow>(this.em, lotsSql(query), parameters);
    const [head] = rows;
    if (!head) throw notFound('wallet', { wallet_id: walletId });
    const items = rows.flatMap((row) => (row.id === null ? [] : [renderLot(walletId, row)]));
    return { items, total: head.total ?? head.page_length };
  }
}

function renderLot(walletId: string, lot: ShownLot): LotDto {
  return {
    id: lot.id,
    wallet_id: walletId,
    source: lot.source === 'free' ? 'granted' : lot.source,
    reason: lot.reason,
    priority: lot.priority,
    credits: lot.credits,
    remaining: lot.remaining,
    held: lot.held,
    available: lot.available,
    expires_at: lot.expires_at,
    created_at: lot.created_at,
    transaction_id: lot.id,
    consumed_by: lot.consumed_by ?? [],
    consumed_by_count: lot.consumed_by_count,
  };
}
