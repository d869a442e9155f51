import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { notFound } from '../../shared/errors.js';
import type { Scope } from '../../shared/scope.js';
import { Wallet } from '../../ledger/wallet.entity.js';
import type { TopUpDecision } from '../rules/top-up-decision.entity.js';
import { TopUpRepository } from './top-up-repository.js';
import type { TopUp, TopUpAttempt } from './top-up.entity.js';

interface Page {
  limit: number;
  offset: number;
}

/** What is to be seen of a wallet's top-ups. An unknown wallet and another tenant's answer the same. */
@Injectable()
export class TopUpViews {
  constructor(
    private readonly em: EntityManager,
    private readonly repository: TopUpRepository,
  ) {}

  async topUps(
    scope: Scope,
    walletId: string,
    { limit, offset }: Page,
  ): Promise<{ topUps: TopUp[]; attempts: TopUpAttempt[]; total: number }> {
    await this.#requireWallet(scope, walletId);
    const [topUps, total] = await this.repository.listOfWallet(scope, walletId, limit, offset);
    return { topUps, attempts: await this.repository.attemptsOf(topUps.map(({ id }) => id)), total };
  }

  async decisions(
    scope: Scope,
    walletId: string,
    { limit, offset }: Page,
  ): Promise<{ decisions: TopUpDecision[]; total: number }> {
    await this.#requireWallet(scope, walletId);
    const [decisions, total] = await this.repository.decisionsOfWallet(scope, walletId, limit, offset);
    return { decisions, total };
  }

  async #requireWallet({ tenantId, environmentId }: Scope, walletId: string): Promise<void> {
    const known = await this.em.fork().count(Wallet, { id: walletId, tenantId, environmentId });
    if (known === 0) throw notFound('wallet', { wallet_id: walletId });
  }
}
