import { LockMode } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { invalidFields } from '../../http/field-errors.js';
import type { InvoiceDiscount } from '../../payments/invoice.entity.js';
import { Clock } from '../../shared/clock.js';
import type { DomainError } from '../../shared/errors.js';
import { scopeOf } from '../../shared/scope.js';
import type { Account } from '../account.js';
import { type CouponSubject, discountsOf, faultOfCoupon } from './apply-coupons.js';
import { CouponGuesses } from './coupon-guesses.js';
import { Coupon, CouponRedemption } from './coupon.entity.js';

/** Coupons that a purchase may use, with what each takes off. */
export interface Redeemable {
  coupons: Coupon[];
  discounts: InvoiceDiscount[];
  /** What is left to pay. */
  priceMinor: number;
}

/** Coupons on purchases. */
@Injectable()
export class RedemptionsService {
  constructor(
    private readonly em: EntityManager,
    private readonly clock: Clock,
    private readonly guesses: CouponGuesses,
  ) {}

  /**
   * Prices a purchase with coupons. Whether limits are reached is decided when they are redeemed.
   * @throws DomainError `too_many_requests` where too many were asked for that do not exist
   */
  async price(account: Account, ids: string[], subject: CouponSubject): Promise<Redeemable | { faults: string[] }> {
    const found = await this.#look(account, ids);
    const now = this.clock.now();
    const coupons: Coupon[] = [];
    const faults: string[] = [];
    for (const [index, id] of ids.entries()) {
      const coupon = found.find((known) => known.id === id);
      const isRepeated = ids.indexOf(id) < index;
      const fault = coupon ? faultOfCoupon(coupon, subject, now) : 'unknown coupon';
      if (isRepeated) faults.push(`coupon ${id} is given twice`);
      else if (fault) faults.push(coupon ? `coupon ${id} ${fault}` : fault);
      else if (coupon) coupons.push(coupon);
    }
    if (faults.length > 0) return { faults };
    const offMinor = discountsOf(coupons, subject.priceMinor);
    const useless = coupons.filter((_coupon, index) => offMinor[index] === 0);
    if (useless.length > 0) return { faults: useless.map(({ id }) => `coupon ${id} takes nothing off`) };
    const discounts = coupons.map(({ name }, index) => ({ description: name, amountMinor: offMinor[index] ?? 0 }));
    const priceMinor = discounts.reduce((left, { amountMinor }) => left - amountMinor, subject.priceMinor);
    return { coupons, discounts, priceMinor };
  }

  async #look(account: Account, ids: string[]): Promise<Coupon[]> {
    if (ids.length === 0) return [];
    const asked = [...new Set(ids)];
    await this.guesses.beforeLookup(account, asked.length);
    const found = await this.em.fork().find(Coupon, { ...scopeOf(account.scope), id: { $in: asked } });
    await this.guesses.afterLookup(account, found.length);
    return found;
  }

  /**
   * Locks the coupons of a purchase, in the order of their ids so that no two purchases wait for each other, and looks at
   * their limits: of any number at once, exactly as many as the limits allow succeed.
   * @throws validation on `coupon_ids`
   */
  async lock(tx: EntityManager, account: Account, { coupons }: Redeemable): Promise<void> {
    const scope = scopeOf(account.scope);
    const faults: string[] = [];
    for (const id of coupons.map((coupon) => coupon.id).toSorted()) {
      const options = { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true } as const;
      const coupon = await tx.findOneOrFail(Coupon, { ...scope, id }, options);
      const fault = coupon.withdrawnAt ? 'is no longer valid' : await this.#faultOfLimits(tx, account, coupon);
      if (fault) faults.push(`coupon ${id} ${fault}`);
    }
    if (faults.length > 0) throw refusedCoupons(faults);
  }

  /** Redeems locked coupons for a purchase, in the transaction that stores it. */
  async redeem(
    tx: EntityManager,
    account: Account,
    topUpId: string,
    { coupons, discounts }: Redeemable,
  ): Promise<void> {
    for (const [index, { id: couponId }] of coupons.entries()) {
      const discountMinor = discounts[index]?.amountMinor ?? 0;
      const { customerId } = account;
      tx.create(CouponRedemption, {
        ...scopeOf(account.scope),
        couponId,
        topUpId,
        customerId,
        discountMinor,
        createdAt: this.clock.now(),
      });
    }
    await tx.flush();
  }

  async #faultOfLimits(tx: EntityManager, { customerId }: Account, coupon: Coupon): Promise<string | undefined> {
    const [used] = await tx.execute<{ total: number; own: number }[]>(
      `select count(*)::int as total, (count(*) filter (where r.customer_id = ?))::int as own
       from coupon_redemption r join top_up t on t.id = r.top_up_id
       where r.tenant_id = ? and r.environment_id = ? and r.coupon_id = ?
         and t.top_up_status not in ('failed', 'canceled', 'refunded')`,
      [customerId, coupon.tenantId, coupon.environmentId, coupon.id],
    );
    const { total, own } = used ?? { total: 0, own: 0 };
    if (coupon.maxRedemptions != null && total >= coupon.maxRedemptions) return 'is used up';
    if (coupon.maxPerAccount != null && own >= coupon.maxPerAccount) return 'was used by this account already';
    return undefined;
  }
}

export function refusedCoupons(faults: string[]): DomainError {
  return invalidFields({ coupon_ids: faults });
}
