import { Injectable } from '@nestjs/common';
import { type CreditsPage, creditsPage, type CreditsPageQuery, offsetOf, orderingOf } from '../../http/credits-page.js';
import { SettingsService } from '../../settings/settings.service.js';
import type { Scope } from '../../shared/scope.js';
import { addedFee } from '../../top-ups/pricing/price-top-up.js';
import { pricedPack } from './agreed-pack.js';
import type { CreditPack } from './credit-pack.entity.js';
import { type PackDto, type PricedPack, renderPack } from './credit-packs.dto.js';
import { type PackOrder, PacksService } from './packs.service.js';

const ORDERINGS = { name: 'name', price: 'priceMinor', pack_amount: 'packAmount', created_at: 'createdAt' } as const;
const BY_AMOUNT: PackOrder = { property: 'packAmount', direction: 'asc' };

/** What can be bought, and what it costs with the environment's fee. */
@Injectable()
export class PacksOnSale {
  constructor(
    private readonly packs: PacksService,
    private readonly settings: SettingsService,
  ) {}

  async list(scope: Scope, query: CreditsPageQuery): Promise<CreditsPage<PackDto>> {
    const page = { limit: query.length, offset: offsetOf(query) };
    const [packs, count] = await this.packs.listOnSale(scope, page, orderingOf(query, ORDERINGS, BY_AMOUNT));
    const unitPrices = await this.packs.unitPrices(scope);
    const priced = await Promise.all(packs.map((pack) => this.priced(scope, pack)));
    return creditsPage(
      priced.map((pack) => renderPack(pack, unitPrices)),
      count,
      query,
    );
  }

  /** @throws not_found, also for one that is withdrawn */
  async get(scope: Scope, id: string): Promise<PackDto> {
    const pack = await this.priced(scope, await this.packs.getOnSale(scope, id));
    return renderPack(pack, await this.packs.unitPrices(scope));
  }

  /** With what comes on top of its price now. */
  async priced(scope: Scope, pack: CreditPack): Promise<PricedPack> {
    const fee = await this.settings.get(scope, 'top_up_fee');
    return pricedPack(pack, addedFee(fee, pack.currency));
  }
}
