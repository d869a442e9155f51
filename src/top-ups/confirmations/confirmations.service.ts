import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { isTenantSuspended, tenantSuspended } from '../../auth/suspension.js';
import { PaymentMethod } from '../../customers/payment-method.entity.js';
import type { BrowserPayment } from '../../payments/payment-provider.js';
import { PaymentProviders } from '../../payments/payment-providers.js';
import { DomainError } from '../../shared/errors.js';
import { scopeOf } from '../../shared/scope.js';
import { withinEveryScope, withinScope } from '../../shared/sight.js';
import { TopUpEngine } from '../purchases/top-up-engine.js';
import { TopUp, type TopUpStatus } from '../purchases/top-up.entity.js';
import { ConfirmationLinks } from './confirmation-links.js';

/** How a payment stands, as its holder is told. */
export type ConfirmationStatus = 'open' | 'paid' | 'pending' | 'closed';

/** A payment that its holder looks at; `browser`: what it is confirmed with, while it is open. */
export interface Confirmation {
  topUp: TopUp;
  status: ConfirmationStatus;
  card: Pick<PaymentMethod, 'brand' | 'last4'> | null;
  browser: BrowserPayment | null;
}

/** Payments that their holders confirm with a signed link, and nothing else than that. */
@Injectable()
export class Confirmations {
  constructor(
    private readonly em: EntityManager,
    private readonly links: ConfirmationLinks,
    private readonly providers: PaymentProviders,
    private readonly engine: TopUpEngine,
  ) {}

  /** @throws not_found, in the same words for every link that opens nothing; forbidden for a suspended tenant; unavailable */
  async open(topUpId: string, token: string): Promise<Confirmation> {
    const topUp = await this.#find(topUpId, token);
    return withinScope(topUp, () => this.#open(topUp));
  }

  async #open(topUp: TopUp): Promise<Confirmation> {
    const { status, card } = await this.#describe(topUp);
    if (status !== 'open') return { topUp, status, card, browser: null };
    if (await isTenantSuspended(this.em.fork(), topUp.tenantId)) throw tenantSuspended();
    const provider = await this.providers.byName(scopeOf(topUp), topUp.provider as string);
    if (!provider?.openPayment) throw notValid();
    return { topUp, status, card, browser: await provider.openPayment(topUp.paymentId as string) };
  }

  /** Looks what the provider says by now, as its event would have us do: what was paid is credited when this answers. */
  async look(topUpId: string, token: string): Promise<Confirmation> {
    const before = await this.#find(topUpId, token);
    return withinScope(before, async () => {
      if (statusOf(before.topUpStatus) === 'open') {
        await this.engine.lookAgain(scopeOf(before), before.paymentId as string);
      }
      const topUp = await this.#find(topUpId, token);
      return { topUp, ...(await this.#describe(topUp)), browser: null };
    });
  }

  async #describe(topUp: TopUp): Promise<Pick<Confirmation, 'status' | 'card'>> {
    const where = { id: topUp.paymentMethodId ?? '', ...scopeOf(topUp) };
    const card = await this.em.fork().findOne(PaymentMethod, where);
    return { status: statusOf(topUp.topUpStatus), card };
  }

  async #find(id: string, token: string): Promise<TopUp> {
    const topUp = await withinEveryScope(() => this.em.fork().findOne(TopUp, { id }));
    if (!topUp || !this.links.isValid(topUp, token)) throw notValid();
    return topUp;
  }
}

function statusOf(status: TopUpStatus): ConfirmationStatus {
  switch (status) {
    case 'requires_action':
      return 'open';
    case 'succeeded':
      return 'paid';
    case 'charging':
    case 'unknown':
    case 'processing':
      return 'pending';
    default:
      return 'closed';
  }
}

function notValid(): DomainError {
  return new DomainError('not_found', 'this link is not valid, or not any more', { code: 'link_not_valid' });
}
