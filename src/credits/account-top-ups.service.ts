import { Injectable } from '@nestjs/common';
import { type CreditsPage, creditsPage, offsetOf, orderingOf } from '../http/credits-page.js';
import type { IdempotentRequest } from '../http/idempotency.js';
import { TopUpReads } from '../top-ups/purchases/top-up-reads.js';
import { TopUpsService } from '../top-ups/purchases/top-ups.service.js';
import { type Account, keyOfAccount } from './account.js';
import { type AccountTopUpDto, type AccountTopUpsQuery, renderAccountTopUp } from './account-top-ups.dto.js';

const ORDERINGS = { created_at: 'createdAt' } as const;
const NEWEST_FIRST = { property: 'createdAt', direction: 'desc' } as const;

/** What an account has bought, and takes back while it waits. */
@Injectable()
export class AccountTopUps {
  constructor(
    private readonly reads: TopUpReads,
    private readonly topUps: TopUpsService,
  ) {}

  async list({ scope, customerId }: Account, query: AccountTopUpsQuery): Promise<CreditsPage<AccountTopUpDto>> {
    const { direction } = orderingOf(query, ORDERINGS, NEWEST_FIRST);
    const { topUps, total } = await this.reads.ofCustomer(scope, customerId, {
      limit: query.length,
      offset: offsetOf(query),
      direction,
      ...(query.status ? { status: query.status } : {}),
    });
    return creditsPage(topUps.map(renderAccountTopUp), total, query);
  }

  /** @throws not_found, also for one of another account; invalid_operation for one that does not wait */
  async cancel(account: Account, id: string, request: IdempotentRequest | undefined): Promise<AccountTopUpDto> {
    const { scope, actor, customerId } = account;
    const idempotency = request && keyOfAccount(account, request);
    await this.topUps.cancel(scope, id, { actor, customerId, idempotency });
    return renderAccountTopUp(await this.reads.get(scope, id));
  }
}
