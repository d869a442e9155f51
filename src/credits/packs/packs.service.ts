import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../auth/audit/audit-log.js';
import { Clock } from '../../shared/clock.js';
import { decimal } from '../../shared/decimal.js';
import { notFound } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { unlessTaken } from '../../shared/unless-taken.js';
import { TopUpRulesService } from '../../top-ups/rules/top-up-rules.service.js';
import type { CatalogueEditor } from '../catalogue-editor.js';
import { CreditPack, type PackCurrency } from './credit-pack.entity.js';
import type { Price } from './discount-of.js';

export interface PackDraft {
  /** The tenant's own; ours when left out. */
  id?: string | undefined;
  name: string;
  priceMinor: number;
  currency: PackCurrency;
  packAmount: number;
}

/** What is left out stays as it is. */
export interface PackChange {
  name?: string | undefined;
  priceMinor?: number | undefined;
  currency?: PackCurrency | undefined;
  packAmount?: number | undefined;
  isOnSale?: boolean | undefined;
}

export interface PackOrder {
  property: 'name' | 'priceMinor' | 'packAmount' | 'createdAt';
  direction: 'asc' | 'desc';
}

interface Page {
  limit: number;
  offset: number;
}

/** The dearest unit price on sale, by currency: what discounts are counted from. */
export type UnitPrices = ReadonlyMap<string, Price>;

/** The catalogue: what an environment sells. A change of it never changes what an account has agreed to: it pauses it. */
@Injectable()
export class PacksService {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
    private readonly rules: TopUpRulesService,
    private readonly audit: AuditLog,
  ) {}

  /** @throws already_exists for an id that was used before, also by a pack that is withdrawn */
  async create(editor: CatalogueEditor, draft: PackDraft): Promise<CreditPack> {
    const now = this.clock.now();
    const em = this.em.fork();
    const id = draft.id ?? newId('pack', now);
    const pack = em.create(CreditPack, {
      ...scopeOf(editor),
      id,
      name: draft.name,
      priceMinor: draft.priceMinor,
      currency: draft.currency,
      packAmount: draft.packAmount,
      withdrawnAt: null,
      status: 'published',
      createdAt: now,
      updatedAt: now,
      createdBy: editor.keyId,
      updatedBy: editor.keyId,
    });
    this.audit.change(em, editor, 'pack.created', pack);
    const message = `a pack with id ${id} exists already`;
    await unlessTaken(() => em.flush(), { message, details: { pack_id: id } });
    return pack;
  }

  async change(editor: CatalogueEditor, id: string, change: PackChange): Promise<CreditPack> {
    const { pack, afterwards } = await this.em.fork().transactional(async (tx) => {
      await this.rules.lockWalletsOfPack(tx, editor, id);
      const where = { ...scopeOf(editor), id };
      const found = await tx.findOne(CreditPack, where, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
      if (!found) throw notFound('pack', { pack_id: id });
      const now = this.clock.now();
      found.name = change.name ?? found.name;
      found.priceMinor = change.priceMinor ?? found.priceMinor;
      found.currency = change.currency ?? found.currency;
      found.packAmount = change.packAmount ?? found.packAmount;
      if (change.isOnSale === true) found.withdrawnAt = null;
      if (change.isOnSale === false) found.withdrawnAt ??= now;
      found.updatedAt = now;
      found.updatedBy = editor.keyId;
      this.audit.change(tx, editor, 'pack.changed', found);
      await tx.flush();
      return { pack: found, afterwards: await this.rules.pauseRulesOfPack(tx, scopeOf(editor), offerOf(found), now) };
    });
    afterwards();
    return pack;
  }

  async get(scope: Scope, id: string): Promise<CreditPack> {
    const pack = await this.find(scope, id);
    if (!pack) throw notFound('pack', { pack_id: id });
    return pack;
  }

  /** A pack that can be bought. Unknown and withdrawn are the same to a buyer. */
  async getOnSale(scope: Scope, id: string): Promise<CreditPack> {
    const pack = await this.find(scope, id);
    if (!pack || !isOnSale(pack)) throw notFound('pack', { pack_id: id });
    return pack;
  }

  async find(scope: Scope, id: string, em: EntityManager = this.em.fork()): Promise<CreditPack | undefined> {
    return (await em.findOne(CreditPack, { ...scopeOf(scope), id })) ?? undefined;
  }

  /** A pack that does not change until the transaction has ended: whoever agrees to it agrees to what it is. */
  async lockForAgreement(scope: Scope, id: string, tx: EntityManager): Promise<CreditPack | undefined> {
    const locked = { lockMode: LockMode.PESSIMISTIC_READ, refresh: true } as const;
    return (await tx.findOne(CreditPack, { ...scopeOf(scope), id }, locked)) ?? undefined;
  }

  /** Withdrawn ones included. */
  async list(scope: Scope, page: Page, direction: 'asc' | 'desc'): Promise<[CreditPack[], number]> {
    const orderBy = { createdAt: direction, id: direction };
    return this.em.fork().findAndCount(CreditPack, scopeOf(scope), { ...page, orderBy });
  }

  async listOnSale(scope: Scope, page: Page, order: PackOrder): Promise<[CreditPack[], number]> {
    const where = { ...scopeOf(scope), withdrawnAt: null };
    const orderBy = { [order.property]: order.direction, id: 'asc' as const };
    return this.em.fork().findAndCount(CreditPack, where, { ...page, orderBy });
  }

  async unitPrices({ tenantId, environmentId }: Scope, em: EntityManager = this.em.fork()): Promise<UnitPrices> {
    const rows = await em.execute<{ currency: string; price_minor: number; pack_amount: string }[]>(
      `select distinct on (currency) currency, price_minor, pack_amount::text as pack_amount
       from credit_pack where tenant_id = ? and environment_id = ? and withdrawn_at is null
       order by currency, price_minor::numeric / pack_amount desc`,
      [tenantId, environmentId],
    );
    return new Map(
      rows.map((row) => [row.currency, { priceMinor: row.price_minor, packAmount: Number(row.pack_amount) }]),
    );
  }
}

function offerOf(pack: CreditPack) {
  const { id, packAmount, priceMinor, currency } = pack;
  return { id, credits: decimal(packAmount), priceMinor, currency, isOnSale: isOnSale(pack) };
}

export function isOnSale(pack: CreditPack): boolean {
  return !pack.withdrawnAt;
}
