import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { EntryCharge } from '../../ledger/entry.entity.js';
import { toDate } from '../../shared/sql-table.js';
import { formatTimestampOrNull } from '../../shared/clock.js';
import { decimal, formatDecimal } from '../../shared/decimal.js';
import { notFound } from '../../shared/errors.js';
import type { Scope } from '../../shared/scope.js';
import { inWallet, shardOf } from '../../shared/shard.js';
import { TransactionReader } from '../transaction-reader.js';
import type { TransactionChargeDto, TransactionDetailDto, TransactionLinkDto } from './transaction-links.dto.js';

interface LinkRow {
  lot_id: string;
  kind: string;
  credits: string;
  remaining_after: string;
  source: 'purchased' | 'free';
  priority: number | null;
  expires_at: string | null;
}

const LINKS_SHOWN = 100;

/** One transaction with the lots it moved credits of. */
@Injectable()
export class TransactionDetailsService {
  constructor(
    private readonly em: EntityManager,
    private readonly reader: TransactionReader,
  ) {}

  async get(scope: Scope, id: string): Promise<TransactionDetailDto> {
    const em = this.em.fork();
    const found = await this.reader.find(scope, id);
    if (!found) throw notFound('transaction', { transaction_id: id });
    const { transaction, sequence } = found;
    const { wallet_id: walletId } = transaction;
    const shard = shardOf(walletId);
    const [entry] = await em.execute<{ debt_change: string }[]>(
      'select debt_change::text from entry where shard = ? and wallet_id = ? and sequence = ?',
      [shard, walletId, sequence ?? 0],
    );
    const links = await em.execute<LinkRow[]>(
      `select k.lot_id, k.kind, k.credits::text, k.remaining_after::text, l.source, l.priority, l.expires_at
       from entry_lot k join lot l on l.shard = k.shard and l.wallet_id = k.wallet_id and l.id = k.lot_id
       where k.shard = ? and k.wallet_id = ? and k.entry_id = ? order by k.kind, k.position, k.lot_id limit ${LINKS_SHOWN}`,
      [shard, walletId, id],
    );
    const count = links.length < LINKS_SHOWN ? links.length : await this.#countLinks(em, walletId, id);
    return {
      ...transaction,
      debt_change: formatDecimal(decimal(entry?.debt_change ?? '0')),
      links: links.map(renderLink),
      link_count: count,
      charged: renderCharge(await em.findOne(EntryCharge, { ...inWallet(walletId), entryId: id })),
    };
  }

  async #countLinks(em: EntityManager, walletId: string, id: string): Promise<number> {
    const [row] = await em.execute<{ count: number }[]>(
      'select count(*)::int as count from entry_lot where shard = ? and wallet_id = ? and entry_id = ?',
      [shardOf(walletId), walletId, id],
    );
    return row?.count ?? 0;
  }
}

function renderCharge(legs: EntryCharge | null): TransactionChargeDto | null {
  if (!legs) return null;
  const { currency, chargedMinor, creditsMinor, feeMinor, taxMinor } = legs;
  const parts = { credits_minor: creditsMinor, fee_minor: feeMinor, tax_minor: taxMinor };
  return { currency, charged_minor: chargedMinor, ...parts };
}

function renderLink(row: LinkRow): TransactionLinkDto {
  return {
    lot_id: row.lot_id,
    kind: row.kind,
    credits: formatDecimal(decimal(row.credits)),
    remaining_after: formatDecimal(decimal(row.remaining_after)),
    source: row.source === 'free' ? 'granted' : row.source,
    priority: row.priority,
    expires_at: formatTimestampOrNull(row.expires_at === null ? null : toDate(row.expires_at)),
  };
}
