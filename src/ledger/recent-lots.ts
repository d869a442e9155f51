import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { OpenLots } from './open-lots.js';
import type { WalletRecord, WalletState } from './wallet-state.js';

/** Lots that are kept, of all wallets together; a wallet counts as one more. Some 1.2 KiB each. */
const LIMIT = 10_000;
/** Lots of a wallet that is kept at all: one of many is read as far as it is needed, which is sooner done. */
const LIMIT_OF_WALLET = 1_000;

/** What of a wallet's row is another after every change of the wallet, its lots, holds or rules. */
type Stamp = Pick<WalletRecord, 'version' | 'lastEntryHash' | 'updatedAt'>;

/**
 * The lots of wallets as this process's last commits have left them. They are a hint: what they are worth is said by the
 * wallet's row, read under its lock. Whoever changes anything that hangs on a wallet raises its version there, so what
 * another process has changed is not taken for what is here. A version alone would do on one server; one that takes over
 * without the last commits of the one before gives it again, to something else.
 */
@Injectable()
export class RecentLots {
  readonly #kept = new LRUCache<string, { stamp: Stamp; lots: OpenLots }>({
    maxSize: LIMIT,
    maxEntrySize: LIMIT_OF_WALLET,
    sizeCalculation: ({ lots }) => lots.size + 1,
  });

  /**
   * Hands a locked wallet's lots over, if they are what the database has: only its commit brings them back, so what was
   * begun and given up leaves nothing behind.
   */
  take(wallet: WalletRecord): OpenLots | undefined {
    const kept = this.#kept.get(wallet.id);
    this.#kept.delete(wallet.id);
    return kept && isSame(kept.stamp, wallet) ? kept.lots : undefined;
  }

  /** What a commit has left. Not what it knows of the past: a lot that was looked at there is not as it is stored. */
  keep({ wallet, lots, past }: WalletState): void {
    this.#kept.delete(wallet.id);
    if (past.size > 0 || wallet.walletStatus === 'closed' || !lots.forgetSpent()) return;
    const { version, lastEntryHash, updatedAt } = wallet;
    this.#kept.set(wallet.id, { stamp: { version, lastEntryHash, updatedAt }, lots });
  }
}

function isSame(stamp: Stamp, wallet: Stamp): boolean {
  return (
    stamp.version === wallet.version &&
    stamp.lastEntryHash === wallet.lastEntryHash &&
    stamp.updatedAt.getTime() === wallet.updatedAt.getTime()
  );
}
