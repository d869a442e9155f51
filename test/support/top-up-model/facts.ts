import type { Agreement } from './agreements.js';
import type { Facts, TopUpFacts } from './world.js';

const CLOSED: ReadonlySet<string> = new Set(['succeeded', 'failed', 'canceled', 'refunded']);

export function isOpen({ status }: Pick<TopUpFacts, 'status'>): boolean {
  return !CLOSED.has(status);
}

/** Open wallets that the account's pack is bought for when more is asked for than there is. */
export function insufficientOf(facts: Facts, { wallets, account }: Agreement): string[] {
  if (!account.insufficient.on || !account.pack) return [];
  const own = facts.accountRules.filter(({ trigger }) => trigger === 'insufficient').map(({ walletId }) => walletId);
  return own.filter((walletId) => wallets.get(walletId)?.isActive);
}

/** Top-ups that are or were paid by invoice. */
export function invoicesOf(facts: Facts): TopUpFacts[] {
  return [...facts.topUps.values()].filter(({ invoicing, invoiceId }) => invoicing && invoiceId !== null);
}

/** Of a list that may be shorter than the index. */
export function nth<Item>(items: readonly Item[], index: number): Item | undefined {
  return items[index % Math.max(1, items.length)];
}
