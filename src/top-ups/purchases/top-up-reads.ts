import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { Wallet } from '../../ledger/wallet.entity.js';
import { notFound } from '../../shared/errors.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { inWallet, shardOf, walletKey } from '../../shared/shard.js';
import { TopUpDecision } from '../rules/top-up-decision.entity.js';
import { TopUp, TopUpAttempt, type TopUpStatus } from './top-up.entity.js';

interface Page {
  limit: number;
  offset: number;
}

/** What is to be seen of top-ups. An unknown wallet and another tenant's answer the same. */
@Injectable()
export class TopUpReads {
  constructor(private readonly em: EntityManager) {}

  async get(scope: Scope, id: string): Promise<{ topUp: TopUp; attempts: TopUpAttempt[] }> {
    const topUp = await this.em.fork().findOne(TopUp, { id, ...scopeOf(scope) });
    if (!topUp) throw notFound('top-up', { top_up_id: id });
    return { topUp, attempts: await this.#attemptsOf(topUp.shard, [id]) };
  }

  async ofWallet(
    scope: Scope,
    walletId: string,
    page: Page,
  ): Promise<{ topUps: TopUp[]; attempts: TopUpAttempt[]; total: number }> {
    await this.#requireWallet(scope, walletId);
    const orderBy = { createdAt: 'desc', id: 'desc' } as const;
    const where = { ...scopeOf(scope), ...inWallet(walletId) };
    const [topUps, total] = await this.em.fork().findAndCount(TopUp, where, { orderBy, ...page });
    const ids = topUps.map(({ id }) => id);
    return { topUps, attempts: await this.#attemptsOf(shardOf(walletId), ids), total };
  }

  /** All of a customer's, whichever wallet they are for. */
  async ofCustomer(
    scope: Scope,
    customerId: string,
    { status, direction, ...page }: Page & { status?: TopUpStatus; direction: 'asc' | 'desc' },
  ): Promise<{ topUps: TopUp[]; total: number }> {
    const where = { ...scopeOf(scope), customerId, ...(status ? { topUpStatus: status } : {}) };
    const orderBy = { createdAt: direction, id: direction };
    const [topUps, total] = await this.em.fork().findAndCount(TopUp, where, { ...page, orderBy });
    return { topUps, total };
  }

  async decisionsOfWallet(
    scope: Scope,
    walletId: string,
    page: Page,
  ): Promise<{ decisions: TopUpDecision[]; total: number }> {
    await this.#requireWallet(scope, walletId);
    const orderBy = { lastSeenAt: 'desc', id: 'desc' } as const;
    const where = { ...scopeOf(scope), ...inWallet(walletId) };
    const [decisions, total] = await this.em.fork().findAndCount(TopUpDecision, where, { orderBy, ...page });
    return { decisions, total };
  }

  async #attemptsOf(shard: number, topUpIds: readonly string[]): Promise<TopUpAttempt[]> {
    const orderBy = { topUpId: 'asc', attempt: 'asc' } as const;
    return this.em.fork().find(TopUpAttempt, { shard, topUpId: { $in: [...topUpIds] } }, { orderBy });
  }

  async #requireWallet(scope: Scope, id: string): Promise<void> {
    const known = await this.em.fork().count(Wallet, { ...walletKey(id), ...scopeOf(scope) });
    if (known === 0) throw notFound('wallet', { wallet_id: id });
  }
}
