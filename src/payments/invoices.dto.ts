import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsOptional } from 'class-validator';
import { CreditsPageDto } from '../http/credits-page.js';
import { ToFlag } from '../http/fields/to-flag.js';
import {
  type BillingReason,
  type InvoicePaymentStatus,
  type InvoiceStatus,
  PAYMENT_STATUSES,
} from './invoice.entity.js';

/** A line of an invoice, as the wallets API shows it. */
export class InvoiceLineItemDto {
  /** @example 'inv_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB_1' */
  id!: string;
  /** @example 'inv_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  invoice_id!: string;
  customer_id!: string;
  /**
   * What was bought.
   * @example '100 credits'
   */
  display_name!: string;
  /**
   * What the line costs before discounts and taxes, in the invoice's currency.
   * @example '99'
   */
  amount!: string;
  /**
   * How many.
   * @example '1'
   */
  quantity!: string;
  /** @example 'usd' */
  currency!: string;
  /**
   * Always FIXED: nothing is metered.
   * @example 'FIXED'
   */
  price_type!: string;
  /**
   * Taken off this line, in the invoice's currency.
   * @example '0'
   */
  line_item_discount!: string;
  /** @example '0' */
  invoice_level_discount!: string;
  /** @example '0' */
  prepaid_credits_applied!: string;
  period_start!: string | null;
  period_end!: string | null;
  metadata!: Record<string, string>;
  /** Not used, always null. */
  commitment_info!: Record<string, unknown> | null;
  /** Not used, always null. */
  entity_id!: string | null;
  /** Not used, always null. */
  entity_type!: string | null;
  /** Not used, always null. */
  meter_display_name!: string | null;
  /** Not used, always null. */
  meter_id!: string | null;
  /** Not used, always null. */
  plan_display_name!: string | null;
  /** Not used, always null. */
  price_id!: string | null;
  /** Not used, always null. */
  price_unit!: string | null;
  /** Not used, always null. */
  price_unit_amount!: string | null;
  /** Not used, always null. */
  price_unit_id!: string | null;
  /** Not used, always null. */
  subscription_id!: string | null;
  /** Not used, always null. */
  usage_analytics!: Record<string, unknown>[] | null;
  /** Not used, always null. */
  usage_breakdown!: Record<string, unknown>[] | null;
  tenant_id!: string;
  environment_id!: string;
  /** @example 'published' */
  status!: string;
  created_at!: string;
  updated_at!: string;
  created_by!: string;
  updated_by!: string;
}

/** A tax of an invoice, as the wallets API shows it. */
export class InvoiceTaxDto {
  /** @example 'inv_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB_tax_1' */
  id!: string;
  /** @example 'invoice' */
  entity_type!: string;
  /** The invoice's id. */
  entity_id!: string;
  /**
   * In the invoice's currency.
   * @example '20.79'
   */
  tax_amount!: string;
  /**
   * What the tax was computed on.
   * @example '99'
   */
  taxable_amount!: string;
  /** @example 'usd' */
  currency!: string;
  applied_at!: string;
  /** `name` and `rate_percent` of the tax. */
  metadata!: Record<string, string>;
  /** Not used, always null. */
  idempotency_key!: string | null;
  /** Not used, always null. */
  tax_association_id!: string | null;
  /** Not used, always null. */
  tax_rate!: Record<string, unknown> | null;
  /** Not used, always null. */
  tax_rate_id!: string | null;
  tenant_id!: string;
  environment_id!: string;
  /** @example 'published' */
  status!: string;
  created_at!: string;
  updated_at!: string;
  created_by!: string;
  updated_by!: string;
}

/** An invoice, as the wallets API shows it. Amounts are decimal strings in `currency`; every key is always there. */
export class InvoiceDto {
  /** @example 'inv_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  /**
   * Numbers have no gaps within an environment.
   * @example 'INV-000001'
   */
  invoice_number!: string;
  /** @example 'cust_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  customer_id!: string;
  /** In lists, with `expand`; null otherwise. */
  customer!: Record<string, unknown> | null;
  /** The wallet whose credits it pays for. */
  wallet_id!: string | null;
  /** The top-up that it belongs to. */
  top_up_id!: string | null;
  /**
   * Credits it pays for.
   * @example '100'
   */
  credits!: string | null;
  /** @example 'ONE_OFF' */
  invoice_type!: string;
  /** @example 'FINALIZED' */
  @ApiProperty({ enum: ['DRAFT', 'FINALIZED', 'VOIDED'] })
  invoice_status!: InvoiceStatus;
  /** @example 'PENDING' */
  @ApiProperty({ enum: PAYMENT_STATUSES })
  payment_status!: InvoicePaymentStatus;
  /** @example 'WALLET_AUTO_TOPUP' */
  @ApiProperty({ enum: ['MANUAL', 'WALLET_TOPUP', 'WALLET_AUTO_TOPUP'] })
  billing_reason!: BillingReason;
  /** @example 'usd' */
  currency!: string;
  /**
   * The lines, before discounts and taxes.
   * @example '99'
   */
  subtotal!: string;
  /** @example '0' */
  total_discount!: string;
  /** @example '0' */
  total_tax!: string;
  /**
   * subtotal - total_discount + total_tax.
   * @example '99'
   */
  total!: string;
  /**
   * What was to be paid when the invoice was made: the total.
   * @example '99'
   */
  amount_due!: string;
  /** @example '0' */
  amount_paid!: string;
  /**
   * What is still to be paid, zero or more.
   * @example '99'
   */
  amount_remaining!: string;
  /**
   * Paid beyond the total.
   * @example '0'
   */
  overpaid_amount!: string;
  /** @example '0' */
  refunded_amount!: string;
  /** @example '0' */
  adjustment_amount!: string;
  /** @example '0' */
  total_prepaid_credits_applied!: string;
  /** @example '100 credits' */
  description!: string;
  line_items!: InvoiceLineItemDto[];
  taxes!: InvoiceTaxDto[];
  /** Not used, always empty. */
  coupon_applications!: Record<string, unknown>[];
  metadata!: Record<string, string>;
  /** Empty when there was none. */
  idempotency_key!: string;
  due_date!: string | null;
  finalized_at!: string | null;
  paid_at!: string | null;
  voided_at!: string | null;
  /** Not used, always null. */
  billing_period!: string | null;
  /** Not used, always null. */
  billing_sequence!: number | null;
  /** Not used, always null. */
  invoice_pdf_url!: string | null;
  /** Not used, always null. */
  period_start!: string | null;
  /** Not used, always null. */
  period_end!: string | null;
  /** Not used, always null. */
  subscription!: Record<string, unknown> | null;
  /** Not used, always null. */
  subscription_id!: string | null;
  /**
   * Counts changes, from 1.
   * @example 1
   */
  version!: number;
  tenant_id!: string;
  environment_id!: string;
  /** @example 'published' */
  status!: string;
  created_at!: string;
  updated_at!: string;
  created_by!: string;
  updated_by!: string;
}

export class InvoicePdfQuery {
  @ApiProperty({ type: Boolean, required: false, description: 'Must be false: there is no other address of the PDF.' })
  @ToFlag()
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  url?: boolean;
}

/** A voided invoice. */
export class VoidedInvoiceDto extends InvoiceDto {
  /** @example 'invoice voided' */
  message!: string;
}

/** A line of an invoice, as the credits API shows it. Integers in minor units. */
export class AccountInvoiceLineItemDto {
  /** @example 1 */
  quantity!: number;
  /** @example '100 credits' */
  description!: string;
  /** @example 9900 */
  unit_amount!: number;
  /** @example 0 */
  tax_amount!: number;
  /** @example 0 */
  discount_amount!: number;
  /**
   * quantity * unit_amount - discount_amount + tax_amount.
   * @example 9900
   */
  amount!: number;
  /**
   * Epoch seconds: the start of the period the line is about; for a purchase its date.
   * @example 1795219200
   */
  date_from!: number;
  /**
   * Epoch seconds.
   * @example 1795219200
   */
  date_to!: number;
}

/** A discount of an invoice, as the credits API shows it. */
export class AccountInvoiceDiscountDto {
  /** @example 'Coupon WELCOME10' */
  description!: string;
  /**
   * Minor units.
   * @example 990
   */
  amount!: number;
}

/** A tax of an invoice, as the credits API shows it. */
export class AccountInvoiceTaxDto {
  /** @example 'VAT' */
  tax_name!: string;
  /**
   * Percent, a decimal in plain notation.
   * @example '21'
   */
  tax_rate!: string;
  /**
   * Minor units.
   * @example 2079
   */
  tax_amount!: number;
}

/** An invoice, as the credits API shows it. Integers in minor units of `currency_code`. */
export class AccountInvoiceDto {
  /** @example 'inv_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  /**
   * The lines, before discounts and taxes.
   * @example 9900
   */
  sub_total!: number;
  /** @example 9900 */
  total!: number;
  /**
   * What was to be paid when the invoice was made.
   * @example 9900
   */
  amount_due!: number;
  /** @example 9900 */
  amount_paid!: number;
  /** @example 'USD' */
  currency_code!: string;
  /**
   * Part of the total that was paid with credits: none, credits are what is bought here.
   * @example 0
   */
  credits_applied!: number;
  line_items!: AccountInvoiceLineItemDto[];
  discounts!: AccountInvoiceDiscountDto[];
  taxes!: AccountInvoiceTaxDto[];
}

export class AccountInvoicePageDto extends CreditsPageDto {
  results!: AccountInvoiceDto[];
}
