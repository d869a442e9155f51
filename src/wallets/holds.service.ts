import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { Caller } from '../auth/caller.js';
import type { IdempotentRequest } from '../http/idempotency.js';
import { Hold } from '../ledger/hold.entity.js';
import { readHolds, type ShownHold, viewOfHold, withLots } from '../ledger/hold-view.js';
import { type LedgerAnswer, LedgerService } from '../ledger/ledger.service.js';
import type { Posting } from '../ledger/posting.js';
import type { HoldState } from '../ledger/wallet-state.js';
import { Clock, formatTimestamp, formatTimestampOrNull } from '../shared/clock.js';
import { formatDecimal, ZERO } from '../shared/decimal.js';
import { invalidField, notFound } from '../shared/errors.js';
import { newId } from '../shared/ids.js';
import { type Scope, scopeOf } from '../shared/scope.js';
import { inWallet, shardOf } from '../shared/shard.js';
import { TopUpPolicy } from '../top-ups/rules/top-up-policy.js';
import type { CaptureHoldDto, CreateHoldDto, HoldAnswerDto, HoldDto, HoldListQuery } from './holds.dto.js';
import { renderEntry } from './render-transaction.js';
import { renderWallet } from './render-wallet.js';

type Answer = Promise<LedgerAnswer<HoldAnswerDto>>;

/** Credits reserved for work under way: an authorization to spend them, as card networks have it for money. */
@Injectable()
export class HoldsService {
  constructor(
    private readonly em: EntityManager,
    private readonly ledger: LedgerService,
    private readonly policy: TopUpPolicy,
    private readonly clock: Clock,
  ) {}

  create(caller: Caller, walletId: string, body: CreateHoldDto, idempotency: IdempotentRequest): Answer {
    const now = this.clock.now();
    if (body.expires_at && body.expires_at <= now) throw invalidField('expires_at', 'must be in the future');
    return this.ledger.post({
      ...this.#command(caller, walletId, idempotency),
      kind: 'hold',
      holdId: newId('hold', now),
      credits: body.credits,
      overage: body.overage ?? ZERO,
      expiresAt: body.expires_at ?? null,
      description: body.description ?? '',
      metadata: body.metadata ?? {},
    });
  }

  capture(
    caller: Caller,
    walletId: string,
    holdId: string,
    body: CaptureHoldDto,
    idempotency: IdempotentRequest,
  ): Answer {
    const terms = { holdId, credits: body.credits, final: body.final ?? false };
    return this.ledger.post({ ...this.#command(caller, walletId, idempotency), kind: 'capture', ...terms });
  }

  release(caller: Caller, walletId: string, holdId: string, idempotency: IdempotentRequest | undefined): Answer {
    const command = this.#command(caller, walletId, idempotency);
    return this.ledger.post({ ...command, kind: 'release', holdId, outcome: 'released' });
  }

  async get(scope: Scope, walletId: string, holdId: string): Promise<HoldDto> {
    const em = this.em.fork();
    const hold = await em.findOne(Hold, { ...inWallet(walletId), id: holdId, ...scopeOf(scope) });
    if (!hold) throw notFound('hold', { hold_id: holdId });
    const [state] = await withLots(em, walletId, [hold]);
    return renderHold(state as HoldState, this.clock.now());
  }

  async list(scope: Scope, walletId: string, query: HoldListQuery): Promise<{ items: HoldDto[]; total: number }> {
    const { tenantId, environmentId } = scope;
    const { limit, offset, status } = query;
    const now = this.clock.now();
    const found = await readHolds(this.em, walletId, {
      known: sql`select 1 from wallet where shard = ${shardOf(walletId)} and id = ${walletId} and tenant_id = ${tenantId}
        and environment_id = ${environmentId}`,
      order: sql.raw(`t.created_at ${query.order}, t.id ${query.order}`),
      limit,
      offset,
      status,
      now,
    });
    if (!found) throw notFound('wallet', { wallet_id: walletId });
    return { items: found.holds.map((hold) => renderHold(hold, now)), total: found.total };
  }

  #command(caller: Caller, walletId: string, idempotency: IdempotentRequest | undefined) {
    return {
      scope: scopeOf(caller),
      walletId,
      actor: caller,
      ...(idempotency ? { idempotency } : {}),
      answer: (posting: Posting): HoldAnswerDto => {
        if (!posting.hold) throw new Error(`nothing was held in wallet ${walletId}`);
        return {
          ...renderHold(posting.hold, this.clock.now()),
          wallet: renderWallet(posting.state.wallet, this.policy.stateOf(posting.state)),
          wallet_transaction: posting.entries[0] ? renderEntry(posting.entries[0], undefined) : null,
        };
      },
    };
  }
}

function renderHold(state: ShownHold, now: Date): HoldDto {
  const { hold } = state;
  const { status, held } = viewOfHold(state, now);
  return {
    id: hold.id,
    wallet_id: hold.walletId,
    customer_id: hold.customerId,
    status,
    purpose: hold.purpose,
    credits: formatDecimal(hold.credits),
    overage: formatDecimal(hold.overage),
    captured: formatDecimal(hold.captured),
    held: formatDecimal(held),
    expires_at: formatTimestampOrNull(hold.expiresAt),
    description: hold.description,
    metadata: hold.metadata,
    created_at: formatTimestamp(hold.createdAt),
    updated_at: formatTimestamp(hold.updatedAt),
    created_by: hold.createdBy,
    environment_id: hold.environmentId,
    tenant_id: hold.tenantId,
  };
}
