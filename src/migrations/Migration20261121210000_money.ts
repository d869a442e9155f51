import { Migration } from '@mikro-orm/migrations';

/**
 * Currencies whose minor units were counted by what ICU displays, with what makes minor units of ISO 4217 of them. Frozen
 * here: what was stored under the old digits does not change when a list of currencies does. The second line is of codes
 * that ISO 4217 no longer lists: these count two digits like every unknown one.
 */
const HUNDREDTHS = [
  ...'afn all cop huf idr irr kpw lak lbp mga mmk pkr sos syp yer'.split(' '),
  ...'adp byr esp itl luf mgf mro sll std tmm trl zmk zwd'.split(' '),
];
const FACTORS = `(values ${HUNDREDTHS.map((code) => `('${code}', 100)`).join(', ')}, ('iqd', 1000)) as f (currency, factor)`;
const MAX_INT = 2_147_483_647;
const OPEN = `'created', 'charging', 'unknown', 'processing', 'requires_action', 'retry_wait', 'refund_due'`;

/**
 * Minor units become those of ISO 4217, and what was shown stays as it was shown: amounts of currencies that were counted
 * with other digits are multiplied. What a provider has been told and has not settled stays as the provider was told, or
 * it would never match. (docs/adr/0016)
 *
 * And promotional periods count from a day that is kept, so that neither a changed length nor a changed time zone moves
 * them; a renewal is claimed, and one that fails waits.
 */
export class Migration20261121210000_money extends Migration {
  override up(): void {
    this.addSql(`set local statement_timeout = 0`);
    this.#scaleInvoices();
    this.#scaleTopUps();
    this.addSql(`
      alter table promotional_renewal
        alter column renewed_at drop not null,
        add column anchor_day text null,
        add column next_month int null,
        add column attempt_at timestamptz(3) null,
        add column failures int not null default 0`);
    this.addSql(`
      create index promotional_renewal_due_index on promotional_renewal (tenant_id, environment_id, next_at)`);
  }

  #scaleInvoices(): void {
    this.addSql(`
      update invoice i set
        subtotal_minor = subtotal_minor * factor, discount_minor = discount_minor * factor,
        tax_minor = tax_minor * factor, total_minor = total_minor * factor,
        paid_minor = paid_minor * factor, refunded_minor = refunded_minor * factor,
        line_items = ${scaled('line_items', ['unitAmountMinor', 'discountMinor', 'taxMinor'])},
        discounts = ${scaled('discounts', ['amountMinor'])},
        taxes = ${scaled('taxes', ['amountMinor'])}
      from ${FACTORS} where i.currency = f.currency`);
  }

  #scaleTopUps(): void {
    // Dearer than the column holds, and nobody has been asked for it: it is not bought. Its rule decides again.
    this.addSql(`
      update top_up t set top_up_status = 'failed', last_error_code = 'price_too_large', settled_at = now(),
        last_error_message = 'costs more than one charge can hold', updated_at = now()
      from ${FACTORS}
      where t.currency = f.currency and top_up_status in (${OPEN}) and payment_id is null
        and price_minor > ${MAX_INT} / factor`);
    this.addSql(`
      update top_up t set price_minor = price_minor * factor, discounts = ${scaled('discounts', ['amountMinor'])}
      from ${FACTORS}
      where t.currency = f.currency and price_minor <= ${MAX_INT} / factor
        and not (top_up_status in (${OPEN}) and payment_id is not null)`);
    this.addSql(`
      update top_up_decision d set price_minor = price_minor * factor
      from ${FACTORS} where d.currency = f.currency and price_minor <= ${MAX_INT} / factor`);
    // A cap beyond what the column holds becomes the largest that it holds: never one that allows more.
    this.addSql(`
      update top_up_guard g set monthly_amount_minor = least(monthly_amount_minor::bigint * factor, ${MAX_INT})
      from wallet w, ${FACTORS}
      where w.id = g.wallet_id and w.currency = f.currency and monthly_amount_minor is not null`);
  }
}

/** A list of objects in which some fields are multiplied. */
function scaled(column: string, fields: string[]): string {
  const changed = fields.map((field) => `'${field}', (item ->> '${field}')::bigint * factor`).join(', ');
  return `(
    select coalesce(jsonb_agg(item || jsonb_build_object(${changed}) order by position), '[]')
    from jsonb_array_elements(${column}) with ordinality as items (item, position)
  )`;
}
