import { Migration } from '@mikro-orm/migrations';

/** Coupons, where they were used, and what they took off a purchase. */
export class Migration20261121150000_coupons extends Migration {
  override up(): void {
    this.addSql(`alter table top_up add column discounts jsonb not null default '[]'`);
    this.addSql(`alter table top_up alter column discounts drop default`);

    this.addSql(`
      create table coupon (
        tenant_id text not null,
        environment_id text not null,
        id text not null,
        name text not null,
        percent_off int null,
        amount_off_minor int null,
        currency text null check (currency in ('usd', 'eur', 'gbp')),
        pack_ids jsonb not null,
        max_redemptions int null,
        max_per_account int null,
        valid_from timestamptz(3) null,
        valid_until timestamptz(3) null,
        withdrawn_at timestamptz(3) null,
        status text not null,
        created_at timestamptz(3) not null,
        updated_at timestamptz(3) not null,
        created_by text not null,
        updated_by text not null,
        primary key (tenant_id, environment_id, id),
        constraint coupon_percent_check check (percent_off > 0 and percent_off <= 100),
        constraint coupon_amount_check check (amount_off_minor > 0)
      )`);

    this.addSql(`
      create table coupon_redemption (
        tenant_id text not null,
        environment_id text not null,
        coupon_id text not null,
        top_up_id text not null,
        customer_id text not null,
        discount_minor int not null,
        created_at timestamptz(3) not null,
        primary key (tenant_id, environment_id, coupon_id, top_up_id)
      )`);
    this.addSql(`create index coupon_redemption_top_up_index on coupon_redemption (top_up_id)`);
  }
}
