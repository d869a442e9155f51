import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type CreditsPage, creditsPage, type CreditsPageQuery, offsetOf, orderingOf } from '../http/credits-page.js';
import { decimal } from '../shared/decimal.js';
import { readPage } from '../shared/read-page.js';
import { shardOf } from '../shared/shard.js';
import { SqlTable } from '../shared/sql-table.js';
import { TopUpDecision } from '../top-ups/rules/top-up-decision.entity.js';
import type { DecisionRecord } from '../top-ups/rules/top-up-state.js';
import type { Account } from './account.js';
import { type AccountDecisionDto, type DecidedPurchase, renderAccountDecision } from './account-decisions.dto.js';
import { CreditsWallets } from './credits-wallets.service.js';

const ORDERINGS = { first_seen_at: 'created_at', last_seen_at: 'last_seen_at' } as const;
const NEWEST_FIRST = { property: 'last_seen_at', direction: 'desc' } as const;

type StoredPurchase = Omit<DecidedPurchase, 'credits'> & { credits: string };

/** The top-up that a decision `t` was to buy. */
const PURCHASE = `(
  select json_build_object('id', p.id, 'topUpStatus', p.top_up_status, 'priceMinor', p.price_minor, 'currency', p.currency,
    'credits', p.credits::text, 'lastErrorMessage', p.last_error_message)
  from top_up p where p.shard = t.shard and p.id = t.top_up_id)`;

/** Why an account was, or was not, charged automatically. */
@Injectable()
export class AccountDecisionsService {
  readonly #table: SqlTable<DecisionRecord>;

  constructor(
    private readonly em: EntityManager,
    private readonly wallets: CreditsWallets,
  ) {
    this.#table = new SqlTable(em.getMetadata().get(TopUpDecision));
  }

  async list(account: Account, query: CreditsPageQuery): Promise<CreditsPage<AccountDecisionDto>> {
    const { property, direction } = orderingOf(query, ORDERINGS, NEWEST_FIRST);
    const wallet = await this.wallets.find(account);
    if (!wallet) return creditsPage([], 0, query);
    const found = await readPage<DecisionRecord, { bought: StoredPurchase | null }>(this.em, this.#table, {
      where: sql`t.shard = ${shardOf(wallet.id)} and t.wallet_id = ${wallet.id}`,
      order: sql.raw(`t.${property} ${direction}, t.id ${direction}`),
      limit: query.length,
      offset: offsetOf(query),
      beside: { bought: PURCHASE },
    });
    const results = (found?.rows ?? []).map((row) => renderAccountDecision(row, row.bought && toPurchase(row.bought)));
    return creditsPage(results, found?.total ?? 0, query);
  }
}

function toPurchase({ credits, ...rest }: StoredPurchase): DecidedPurchase {
  return { ...rest, credits: decimal(credits) };
}
