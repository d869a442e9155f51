import { ApiProperty, PartialType } from '@nestjs/swagger';
import { IsISO31661Alpha2, IsOptional, ValidateIf } from 'class-validator';
import { IsText } from '../http/fields/is-text.js';
import { expiresSoon } from '../customers/card-expiry.js';
import type { Customer } from '../customers/customer.entity.js';
import type { UpdateCustomerDto } from '../customers/customers.dto.js';
import type { PaymentMethod } from '../customers/payment-method.entity.js';

const ifFilled = ValidateIf((_dto: object, value: unknown) => value !== undefined && value !== null && value !== '');

/** Who is billed, as invoices show it from now on. Null or empty text removes a field. */
export class ReplaceBillingDto {
  @IsText({ min: 1, max: 255, description: 'Cannot be removed.', example: 'Acme Ltd' })
  name!: string;

  @IsOptional()
  @IsText({ max: 255, example: '1 Main Street' })
  address_line1?: string | null;

  @IsOptional()
  @IsText({ max: 255, example: 'Floor 2' })
  address_line2?: string | null;

  @IsOptional()
  @IsText({ max: 100, example: 'Springfield' })
  city?: string | null;

  @IsOptional()
  @IsText({ max: 100, example: 'IL' })
  state?: string | null;

  @IsOptional()
  @IsText({ max: 20, example: '62701' })
  postal_code?: string | null;

  /** ISO 3166-1 alpha-2. */
  @ApiProperty({ type: String, nullable: true, required: false, example: 'US' })
  @ifFilled
  @IsISO31661Alpha2({ message: 'must be a country code of two letters (ISO 3166-1 alpha-2)' })
  country?: string | null;

  @IsOptional()
  @IsText({ max: 50, description: 'Tax number, as invoices show it.', example: 'US-12-3456789' })
  tax_id?: string | null;
}

/** What changes; what is left out stays. */
export class ChangeBillingDto extends PartialType(ReplaceBillingDto, { skipNullProperties: false }) {}

/** A payment method that the provider has taken into its keeping. */
export class AddAccountPaymentMethodDto {
  @IsText({
    min: 1,
    max: 255,
    description: 'Token of the payment provider. Never a card number: those are refused.',
    example: 'pm_sandbox_approve',
  })
  token!: string;
}

export class BillingPaymentMethodDto {
  /** @example 'visa' */
  brand!: string;
  /** The last four digits, all that is known of the card number.
   * @example '4242' */
  last4!: string;
  @ApiProperty({ type: 'integer', example: 12 })
  exp_month!: number;
  @ApiProperty({ type: 'integer', example: 2034 })
  exp_year!: number;
  /** Whether it expires within 30 days, or has. */
  expires_soon!: boolean;
}

/** Who is billed, and what is charged. */
export class BillingDto {
  /** @example 'Acme Ltd' */
  name!: string;
  @ApiProperty({ type: String, nullable: true, example: '1 Main Street' })
  address_line1!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'Floor 2' })
  address_line2!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'Springfield' })
  city!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'IL' })
  state!: string | null;
  @ApiProperty({ type: String, nullable: true, example: '62701' })
  postal_code!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'US' })
  country!: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'US-12-3456789' })
  tax_id!: string | null;
  /** The payment method on file; null when there is none. Changed under `/account/billing/payment-method/` only. */
  @ApiProperty({ type: BillingPaymentMethodDto, nullable: true })
  payment_method!: BillingPaymentMethodDto | null;
  /** What is tried once where the payment method on file is declined; null when none was chosen. */
  @ApiProperty({ type: BillingPaymentMethodDto, nullable: true })
  backup_payment_method!: BillingPaymentMethodDto | null;
  /** Why automatic top-up is paused; null while it is not. Without a payment method on file: until one is added. */
  @ApiProperty({ type: String, nullable: true, example: null })
  auto_top_up_paused!: string | null;
}

/** Customers keep what is null and remove what is empty. */
export function toCustomerChange(body: ChangeBillingDto, absent: '' | undefined): UpdateCustomerDto {
  const to = (value: string | null | undefined) => (value === undefined ? absent : (value ?? ''));
  const fields = {
    name: body.name,
    address_line1: to(body.address_line1),
    address_line2: to(body.address_line2),
    address_city: to(body.city),
    address_state: to(body.state),
    address_postal_code: to(body.postal_code),
    address_country: to(body.country),
    tax_id: to(body.tax_id),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

export function renderBilling(
  customer: Customer,
  cards: { onFile: PaymentMethod | undefined; backup: PaymentMethod | undefined; now: Date },
  pauseReason: string | null,
): BillingDto {
  return {
    name: customer.name,
    address_line1: customer.addressLine1 ?? null,
    address_line2: customer.addressLine2 ?? null,
    city: customer.addressCity ?? null,
    state: customer.addressState ?? null,
    postal_code: customer.addressPostalCode ?? null,
    country: customer.addressCountry ?? null,
    tax_id: customer.taxId ?? null,
    payment_method: cards.onFile ? renderCard(cards.onFile, cards.now) : null,
    backup_payment_method: cards.backup ? renderCard(cards.backup, cards.now) : null,
    auto_top_up_paused: pauseReason,
  };
}

export function renderCard(method: PaymentMethod, now: Date): BillingPaymentMethodDto {
  const { brand, last4, expiryMonth, expiryYear } = method;
  return { brand, last4, exp_month: expiryMonth, exp_year: expiryYear, expires_soon: expiresSoon(method, now) };
}
