import type { EntityManager } from '@mikro-orm/postgresql';
import { hashEntry } from '../../ledger/apply-plan.js';
import { Entry } from '../../ledger/entry.entity.js';
import type { EntryRecord } from '../../ledger/wallet-state.js';
import { SqlTable } from '../../shared/sql-table.js';
import type { WalletRange } from './invariants.js';

/** Entries in memory at once. */
const PAGE = 1000;
const AFTER_ALL = 2_147_483_647;

export interface Chains {
  entries: number;
  /** A line for each wallet whose chain does not hold, with its first entry that is wrong. */
  broken: string[];
}

/**
 * Follows the hash chain of each wallet from its first entry on. Rows are only ever added behind, so pages that are read
 * one after the other belong together.
 * @param range the wallets that are looked at; all of them unless given
 * @param pause waited for between two pages; what it throws ends the work
 */
export async function brokenChains(
  em: EntityManager,
  range?: WalletRange,
  pause = async (): Promise<void> => undefined,
): Promise<Chains> {
  const entries = new SqlTable<EntryRecord>(em.getMetadata().get(Entry));
  const sql = `select ${entries.select('e')} from entry e where (e.shard, e.wallet_id, e.sequence) > (?, ?, ?)
    ${range ? 'and (e.shard, e.wallet_id) <= (?, ?)' : ''} order by e.shard, e.wallet_id, e.sequence limit ${PAGE}`;
  const chains: Chains = { entries: 0, broken: [] };
  let last: Pick<EntryRecord, 'shard' | 'walletId' | 'sequence' | 'hash'> = {
    shard: range?.after.shard ?? -1,
    walletId: range?.after.id ?? '',
    sequence: AFTER_ALL,
    hash: '',
  };
  let brokenWallet: string | undefined;
  for (;;) {
    const from = [last.shard, last.walletId, last.sequence];
    const rows = await em.execute(sql, range ? [...from, range.last.shard, range.last.id] : from);
    for (const row of rows) {
      const entry = entries.fromRow(row);
      const previous = last.walletId === entry.walletId ? last.hash : '';
      if (hashEntry(entry, previous) !== entry.hash && brokenWallet !== entry.walletId) {
        brokenWallet = entry.walletId;
        chains.broken.push(`the hash of ${entry.id} is wrong, in ${entry.walletId}`);
      }
      last = entry;
    }
    chains.entries += rows.length;
    if (rows.length < PAGE) return chains;
    await pause();
  }
}
