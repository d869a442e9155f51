import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { type CreditsPage, creditsPage, type CreditsPageQuery, offsetOf, orderingOf } from '../http/credits-page.js';
import { TopUpDecision } from '../top-ups/rules/top-up-decision.entity.js';
import { TopUp } from '../top-ups/purchases/top-up.entity.js';
import type { Account } from './account.js';
import { type AccountDecisionDto, renderAccountDecision } from './account-decisions.dto.js';
import { CreditsWallets } from './credits-wallets.service.js';
import { inWallet } from '../shared/shard.js';

const ORDERINGS = { first_seen_at: 'createdAt', last_seen_at: 'lastSeenAt' } as const;
const NEWEST_FIRST = { property: 'lastSeenAt', direction: 'desc' } as const;

/** Why an account was, or was not, charged automatically. */
@Injectable()
export class AccountDecisionsService {
  constructor(
    private readonly em: EntityManager,
    private readonly wallets: CreditsWallets,
  ) {}

  async list(account: Account, query: CreditsPageQuery): Promise<CreditsPage<AccountDecisionDto>> {
    const { property, direction } = orderingOf(query, ORDERINGS, NEWEST_FIRST);
    const wallet = await this.wallets.find(account);
    if (!wallet) return creditsPage([], 0, query);
    const em = this.em.fork();
    const [decisions, count] = await em.findAndCount(TopUpDecision, inWallet(wallet.id), {
      limit: query.length,
      offset: offsetOf(query),
      orderBy: { [property]: direction, id: direction },
    });
    const topUpIds = decisions.flatMap(({ topUpId }) => topUpId ?? []);
    const topUps = await em.find(TopUp, { id: { $in: topUpIds } });
    const results = decisions.map((decision) =>
      renderAccountDecision(
        decision,
        topUps.find(({ id }) => id === decision.topUpId),
      ),
    );
    return creditsPage(results, count, query);
  }
}
