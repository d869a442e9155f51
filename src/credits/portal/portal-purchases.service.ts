import { Injectable } from '@nestjs/common';
import type { IdempotentRequest } from '../../http/idempotency.js';
import type { ReturnUrls } from '../../payments/return-urls.js';
import { SettingsService } from '../../settings/settings.service.js';
import type { LedgerTransaction } from '../../shared/ledger-transaction.js';
import { shardOf } from '../../shared/shard.js';
import { PackPurchases, type PurchaseResult } from '../pack-purchases.service.js';
import type { PricedPack } from '../packs/credit-packs.dto.js';
import { judgeSpending } from './judge-spending.js';
import type { PortalAccount } from './portal-account.js';
import type { BuyInPortalDto } from './portal-purchases.dto.js';

const DAY_MS = 86_400_000;
/** $1 and $2 the wallet, $3 from when on, $4 the currency. What has failed, or was given back instead of credited, has cost nothing. */
const RECENT = `
  select count(*)::int as purchases, coalesce(sum(price_minor) filter (where currency = $4
    and top_up_status not in ('failed', 'canceled', 'refunded')), 0)::text as spent
  from top_up where shard = $1 and wallet_id = $2 and created_at > $3 and not is_automatic and not invoicing`;

/** Packs that a customer buys in the portal: as an account does, and no more in a day than the environment allows. */
@Injectable()
export class PortalPurchases {
  constructor(
    private readonly purchases: PackPurchases,
    private readonly settings: SettingsService,
  ) {}

  /**
   * @param back where a page of the provider's comes back to; undefined: it is paid with the card on file
   * @throws as `PackPurchases`; conflict with the code `portal_limit`
   */
  async buy(
    account: PortalAccount,
    { pack_id: packId, total, save_card: keepsCard }: BuyInPortalDto,
    back: ReturnUrls | undefined,
    idempotency: IdempotentRequest | undefined,
  ): Promise<PurchaseResult> {
    const limits = await this.settings.get(account.scope, 'portal');
    const checkout = back ? { ...back, keepsCard: keepsCard ?? false } : undefined;
    const guard = async (tx: LedgerTransaction, { walletId, pack }: { walletId: string; pack: PricedPack }) => {
      const refusal = judgeSpending(await recentSpending(tx, walletId, pack.currency), pack, limits);
      if (refusal) throw refusal;
    };
    return this.purchases.buy(account, { packId, couponIds: [], totalMinor: total, checkout, guard }, idempotency);
  }
}

/** Under the wallet's lock: what is about to begin waits for this one. */
async function recentSpending(tx: LedgerTransaction, walletId: string, currency: string) {
  const since = new Date(tx.now.getTime() - DAY_MS).toISOString();
  const [row] = await tx.query<{ purchases: number; spent: string }>(RECENT, [
    shardOf(walletId),
    walletId,
    since,
    currency,
  ]);
  return { purchases: row?.purchases ?? 0, spentMinor: Number(row?.spent ?? 0) };
}
