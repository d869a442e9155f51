import { Migration } from '@mikro-orm/migrations';

/**
 * Charge X, credit Y. What of a charge is the fee, and what is given on top, is frozen with the top-up; the fee that was
 * agreed to with the rule and the consent. The ledger keeps the money side of a purchase's entry: one row, whose legs add
 * up to what was charged. Purchases of before had no fee, and their rules agreed to none; their legs are
 * read off their invoices.
 */
export class Migration20261121370000_fees extends Migration {
  override up(): void {
    this.addSql(`
      alter table top_up
        add column fee_minor int not null default 0,
        add column bonus_credits numeric(38,9) not null default 0,
        add column bonus_expires_at timestamptz(3) null,
        add constraint top_up_fee_check check (fee_minor >= 0 and fee_minor <= price_minor),
        add constraint top_up_bonus_check check (bonus_credits >= 0)`);
    this.addSql(`alter table top_up_rule add column fee jsonb null`);
    this.addSql(`alter table consent add column fee jsonb null`);
    this.addSql(`
      create table entry_charge (
        wallet_id text not null,
        entry_id text not null,
        tenant_id text not null,
        environment_id text not null,
        currency text not null,
        charged_minor bigint not null,
        credits_minor bigint not null,
        fee_minor bigint not null,
        tax_minor bigint not null,
        primary key (wallet_id, entry_id),
        constraint entry_charge_legs_check check (charged_minor = credits_minor + fee_minor + tax_minor
          and credits_minor >= 0 and fee_minor >= 0 and tax_minor >= 0)
      )`);
    this.addSql(`
      insert into entry_charge
      select e.wallet_id, e.id, e.tenant_id, e.environment_id, t.currency, i.total_minor, i.total_minor - i.tax_minor, 0, i.tax_minor
      from top_up t join entry e on e.top_up_id = t.id join invoice i on i.top_up_id = t.id
      where i.tax_minor <= i.total_minor`);
    this.addSql(`
      create function entry_charge_entry_charge_append_only_fn() returns trigger as $$ begin
        raise exception 'the ledger is append-only: corrections are new entries' using errcode = 'restrict_violation';
      end; $$ language plpgsql`);
    this.addSql(
      `create trigger entry_charge_append_only before update or delete on entry_charge
         for each row execute function entry_charge_entry_charge_append_only_fn()`,
    );
  }
}
