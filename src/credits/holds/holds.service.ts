import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { type CreditsPage, creditsPage, offsetOf, orderingOf } from '../../http/credits-page.js';
import type { IdempotentRequest } from '../../http/idempotency.js';
import { Hold } from '../../ledger/hold.entity.js';
import { readHolds, withLots } from '../../ledger/hold-view.js';
import { type LedgerAnswer, LedgerService } from '../../ledger/ledger.service.js';
import type { Posting } from '../../ledger/posting.js';
import type { HoldState } from '../../ledger/wallet-state.js';
import { Wallet } from '../../ledger/wallet.entity.js';
import { Clock } from '../../shared/clock.js';
import { decimal } from '../../shared/decimal.js';
import { DomainError, invalidField, notFound } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { inWallet } from '../../shared/shard.js';
import { type Account, keyOfAccount } from '../account.js';
import { CreditsWallets } from '../credits-wallets.service.js';
import {
  type CaptureAccountHoldDto,
  type CreateAccountHoldDto,
  type AccountHoldDto,
  type HoldsQuery,
  renderHold,
} from './holds.dto.js';

const ORDERINGS = { created_at: 'created_at', expires_at: 'expires_at', credits: 'credits' } as const;
const NEWEST_FIRST = { property: 'created_at', direction: 'desc' } as const;

/** Reserves an account's credits while a scan runs, then charges what it used. */
@Injectable()
export class AccountHoldsService {
  constructor(
    private readonly em: EntityManager,
    private readonly wallets: CreditsWallets,
    private readonly ledger: LedgerService,
    private readonly clock: Clock,
  ) {}

  /** @throws insufficient_credits, with the top-up that was started where the account asked for one */
  async create(
    account: Account,
    body: CreateAccountHoldDto,
    request: IdempotentRequest | undefined,
  ): Promise<LedgerAnswer<AccountHoldDto>> {
    const now = this.clock.now();
    const expiresAt = body.expires_at ?? null;
    if (expiresAt && expiresAt <= now) throw invalidField('expires_at', 'must be in the future');
    const wallet = await this.wallets.findOrOpen(account);
    return this.ledger.post({
      kind: 'hold',
      ...this.#base(account, wallet.id, request),
      holdId: newId('hold', now),
      credits: decimal(body.credits),
      expiresAt,
      description: body.description ?? '',
      metadata: {},
    });
  }

  /**
   * @throws insufficient_credits beyond what is reserved; invalid_operation for a hold that has ended; forbidden for an
   *   account's key that has not made it
   */
  async capture(
    account: Account,
    holdId: string,
    { credits, final }: CaptureAccountHoldDto,
    request: IdempotentRequest | undefined,
  ): Promise<LedgerAnswer<AccountHoldDto>> {
    const { walletId } = await this.#findOwn(account, holdId);
    const base = this.#base(account, walletId, request);
    return this.ledger.post({ kind: 'capture', ...base, holdId, credits: decimal(credits), final: final ?? true });
  }

  /** @throws invalid_operation for a hold that has ended; forbidden for an account's key that has not made it */
  async release(
    account: Account,
    holdId: string,
    request: IdempotentRequest | undefined,
  ): Promise<LedgerAnswer<AccountHoldDto>> {
    const { walletId } = await this.#findOwn(account, holdId);
    return this.ledger.post({
      kind: 'release',
      ...this.#base(account, walletId, request),
      holdId,
      outcome: 'released',
    });
  }

  async get(account: Account, holdId: string): Promise<AccountHoldDto> {
    const hold = await this.#find(account, holdId);
    const [state] = await withLots(this.em.fork(), hold.walletId, [hold]);
    return renderHold(state as HoldState, this.clock.now());
  }

  async list(account: Account, query: HoldsQuery): Promise<CreditsPage<AccountHoldDto>> {
    const { property, direction } = orderingOf(query, ORDERINGS, NEWEST_FIRST);
    const wallet = await this.wallets.find(account);
    if (!wallet) return creditsPage([], 0, query);
    const now = this.clock.now();
    const found = await readHolds(this.em, wallet.id, {
      order: sql.raw(`t.${property} ${direction}, t.id ${direction}`),
      limit: query.length,
      offset: offsetOf(query),
      status: query.status,
      now,
    });
    const results = (found?.holds ?? []).map((hold) => renderHold(hold, now));
    return creditsPage(results, found?.total ?? 0, query);
  }

  /** What the server has reserved, the account cannot spend, and it cannot set it free either. */
  async #findOwn(account: Account, holdId: string): Promise<Hold> {
    const hold = await this.#find(account, holdId);
    if (!account.isByAccount || hold.createdBy === account.actor.keyId) return hold;
    throw new DomainError('forbidden', 'this hold was made with another key', { details: { hold_id: holdId } });
  }

  /** In whichever wallet of the customer it is: which one is the account's may have changed since. */
  async #find({ scope, customerId }: Account, holdId: string): Promise<Hold> {
    const em = this.em.fork();
    const wallets = await em.find(Wallet, { ...scope, customerId }, { fields: ['id'] });
    const where = { $or: wallets.map(({ id }) => inWallet(id)), id: holdId, customerId };
    const hold = wallets.length > 0 ? await em.findOne(Hold, where) : null;
    if (!hold) throw notFound('hold', { hold_id: holdId });
    return hold;
  }

  #base(account: Account, walletId: string, request: IdempotentRequest | undefined) {
    return {
      scope: account.scope,
      walletId,
      actor: account.actor,
      ...(request ? { idempotency: keyOfAccount(account, request) } : {}),
      answer: ({ hold }: Posting) => renderHold(hold as HoldState, this.clock.now()),
    };
  }
}
