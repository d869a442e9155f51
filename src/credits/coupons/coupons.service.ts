import { type FilterQuery, LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { AuditLog } from '../../auth/audit/audit-log.js';
import { filterConditions, type FilterFields, sortOrder } from '../../http/filters.js';
import { Clock } from '../../shared/clock.js';
import { notFound } from '../../shared/errors.js';
import { newId } from '../../shared/ids.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { unlessTaken } from '../../shared/unless-taken.js';
import type { CatalogueEditor } from '../catalogue-editor.js';
import { Coupon } from './coupon.entity.js';
import type { CouponSearchDto } from './coupons.dto.js';

const FIELDS: FilterFields = {
  id: { property: 'id', type: 'text' },
  name: { property: 'name', type: 'text' },
  percent_off: { property: 'percentOff', type: 'integer' },
  amount_off_minor: { property: 'amountOffMinor', type: 'integer' },
  currency: { property: 'currency', type: 'text' },
  max_redemptions: { property: 'maxRedemptions', type: 'integer' },
  valid_from: { property: 'validFrom', type: 'timestamp' },
  valid_until: { property: 'validUntil', type: 'timestamp' },
  withdrawn_at: { property: 'withdrawnAt', type: 'timestamp' },
  status: { property: 'status', type: 'text' },
  created_at: { property: 'createdAt', type: 'timestamp' },
  updated_at: { property: 'updatedAt', type: 'timestamp' },
};

export type CouponDraft = Pick<
  Coupon,
  | 'name'
  | 'percentOff'
  | 'amountOffMinor'
  | 'currency'
  | 'packIds'
  | 'maxRedemptions'
  | 'maxPerAccount'
  | 'validFrom'
  | 'validUntil'
> & {
  /** The tenant's own; ours when left out. */
  id?: string | undefined;
};

/** The coupons that an environment gives out. */
@Injectable()
export class CouponsService {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
    private readonly audit: AuditLog,
  ) {}

  /** @throws already_exists for an id that was used before, also by a coupon that is withdrawn */
  async create(editor: CatalogueEditor, draft: CouponDraft): Promise<Coupon> {
    const now = this.clock.now();
    const em = this.em.fork();
    const id = draft.id ?? newId('coupon', now);
    const coupon = em.create(Coupon, {
      ...draft,
      ...scopeOf(editor),
      id,
      withdrawnAt: null,
      status: 'published',
      createdAt: now,
      updatedAt: now,
      createdBy: editor.keyId,
      updatedBy: editor.keyId,
    });
    this.audit.change(em, editor, 'coupon.created', coupon);
    const message = `a coupon with id ${id} exists already`;
    await unlessTaken(() => em.flush(), { message, details: { coupon_id: id } });
    return coupon;
  }

  async get(scope: Scope, id: string): Promise<Coupon> {
    const coupon = await this.em.fork().findOne(Coupon, { ...scopeOf(scope), id });
    if (!coupon) throw notFound('coupon', { coupon_id: id });
    return coupon;
  }

  /** Those that were withdrawn too. */
  async list(
    scope: Scope,
    page: { limit: number; offset: number },
    direction: 'asc' | 'desc',
  ): Promise<[Coupon[], number]> {
    const orderBy = { createdAt: direction, id: direction };
    return this.em.fork().findAndCount(Coupon, scopeOf(scope), { ...page, orderBy });
  }

  /**
   * The same by filters, in any order.
   * @throws DomainError `validation` for a filter or a sort that there is not
   */
  async search(scope: Scope, search: CouponSearchDto): Promise<[Coupon[], number]> {
    const { coupon_ids: ids, status, limit, offset } = search;
    const where = {
      ...scopeOf(scope),
      ...(ids?.length ? { id: { $in: ids } } : {}),
      ...(status ? { status } : {}),
      $and: filterConditions(search.filters, FIELDS),
    } as FilterQuery<Coupon>;
    const orderBy = sortOrder(search.sort, FIELDS, search.order);
    return this.em.fork().findAndCount(Coupon, where, { limit, offset, orderBy });
  }

  /** No purchase is begun with it any more; those that were begun keep their discount. Twice is once. */
  async withdraw(editor: CatalogueEditor, id: string): Promise<void> {
    await this.em.fork().transactional(async (tx) => {
      const where = { ...scopeOf(editor), id };
      const coupon = await tx.findOne(Coupon, where, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true });
      if (!coupon) throw notFound('coupon', { coupon_id: id });
      if (coupon.withdrawnAt) return;
      coupon.withdrawnAt = this.clock.now();
      coupon.updatedAt = coupon.withdrawnAt;
      coupon.updatedBy = editor.keyId;
      this.audit.change(tx, editor, 'coupon.withdrawn', coupon);
    });
  }

  /** Purchases that count, by coupon. */
  async countRedemptions({ tenantId, environmentId }: Scope, ids: string[]): Promise<Map<string, number>> {
    if (ids.length === 0) return new Map();
    const rows = await this.em.fork().execute<{ coupon_id: string; total: number }[]>(
      `select r.coupon_id, count(*)::int as total from coupon_redemption r join top_up t on t.id = r.top_up_id
       where r.tenant_id = ? and r.environment_id = ? and r.coupon_id in (${ids.map(() => '?').join(', ')})
         and t.top_up_status not in ('failed', 'canceled', 'refunded')
       group by r.coupon_id`,
      [tenantId, environmentId, ...ids],
    );
    return new Map(rows.map(({ coupon_id: id, total }) => [id, total]));
  }
}
