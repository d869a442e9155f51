import { ApiProperty, OmitType, PartialType } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsEmail,
  IsIn,
  IsISO31661Alpha2,
  IsOptional,
  IsString,
  IsTimeZone,
  ValidateIf,
} from 'class-validator';
import { IsIdentifier, IsText } from '../http/fields/is-text.js';
import { IsMetadata } from '../http/fields/is-metadata.js';
import { IsTimestamp } from '../http/fields/is-timestamp.js';
import { ToList } from '../http/fields/to-list.js';
import { WalletsSearchQuery } from '../http/filters.dto.js';
import { AsksForList, SentBySdk } from '../http/validation.pipe.js';
import { Pagination } from '../http/wallets-page.js';

const MAX_EXTERNAL_ID = 255;
const MAX_LISTED_IDS = 1000;

/** Flexprice takes empty text for no value. */
const ifFilled = ValidateIf((_dto: object, value: unknown) => value !== undefined && value !== null && value !== '');

/** A customer to be. */
@SentBySdk(
  'integration_entity_mapping',
  'parent_customer_external_id',
  'parent_customer_id',
  'skip_onboarding_workflow',
  'tax_rate_overrides',
)
export class CreateCustomerDto {
  /** Your own id of the customer, unique among those that are not deleted. */
  @IsText({ min: 1, max: MAX_EXTERNAL_ID, example: 'acme-1' })
  external_id!: string;

  @IsText({ min: 1, max: 255, example: 'Acme Ltd' })
  name!: string;

  /** @example 'billing@acme.example' */
  @ifFilled
  @IsEmail({}, { message: 'must be an e-mail address' })
  email?: string | null;

  @IsOptional()
  @IsText({ max: 20, description: 'Telephone number or another short contact.', example: '+1 555 0100' })
  contact?: string | null;

  @IsOptional()
  @IsText({ max: 255, example: '1 Main Street' })
  address_line1?: string | null;

  @IsOptional()
  @IsText({ max: 255, example: 'Floor 2' })
  address_line2?: string | null;

  @IsOptional()
  @IsText({ max: 100, example: 'Springfield' })
  address_city?: string | null;

  @IsOptional()
  @IsText({ max: 100, example: 'IL' })
  address_state?: string | null;

  @IsOptional()
  @IsText({ max: 20, example: '62701' })
  address_postal_code?: string | null;

  /**
   * ISO 3166-1 alpha-2.
   * @example 'US'
   */
  @ifFilled
  @IsISO31661Alpha2({ message: 'must be a country code of two letters (ISO 3166-1 alpha-2)' })
  address_country?: string | null;

  @IsOptional()
  @IsText({ max: 50, description: 'Tax number, as invoices show it.', example: 'US-12-3456789' })
  tax_id?: string | null;

  /**
   * IANA name, default UTC.
   * @example 'Europe/Lisbon'
   */
  @ifFilled
  @IsTimeZone({ message: 'must be a time zone like Europe/Lisbon (IANA)' })
  timezone?: string | null;

  @IsOptional()
  @IsMetadata()
  metadata?: Record<string, string> | null;
}

/** What changes. Absent or null: stays as it is. Empty text: is removed. `metadata` is replaced whole. */
@SentBySdk('integration_entity_mapping', 'parent_customer_external_id', 'parent_customer_id')
export class UpdateCustomerDto extends PartialType(CreateCustomerDto) {}

/** Names the customer, by one id or both. */
export class CustomerReferenceQuery {
  @IsOptional()
  @IsIdentifier({ description: 'Our id of the customer.', example: 'cust_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' })
  id?: string;

  @IsOptional()
  @IsText({ min: 1, max: MAX_EXTERNAL_ID, description: 'Your own id of the customer.', example: 'acme-1' })
  external_customer_id?: string;
}

/** Filters of customers; all that are given must hold. */
@SentBySdk('expand')
export class CustomerSearchDto extends WalletsSearchQuery {
  @IsOptional()
  @ToList()
  @ArrayMaxSize(MAX_LISTED_IDS, { message: `must have at most ${MAX_LISTED_IDS} items` })
  @IsString({ each: true, message: 'must be a list of strings' })
  customer_ids?: string[] | null;

  @IsOptional()
  @ToList()
  @ArrayMaxSize(MAX_LISTED_IDS, { message: `must have at most ${MAX_LISTED_IDS} items` })
  @IsString({ each: true, message: 'must be a list of strings' })
  external_ids?: string[] | null;

  @IsOptional()
  @IsText({ max: MAX_EXTERNAL_ID })
  external_id?: string | null;

  /** Nothing is found: customers have no parents here. */
  @IsOptional()
  @ToList()
  @ArrayMaxSize(MAX_LISTED_IDS, { message: `must have at most ${MAX_LISTED_IDS} items` })
  @IsString({ each: true, message: 'must be a list of strings' })
  parent_customer_ids?: string[] | null;

  @IsOptional()
  @IsText({ max: 320 })
  email?: string | null;

  @IsOptional()
  @IsMetadata()
  metadata?: Record<string, string> | null;

  @ApiProperty({ enum: ['published', 'archived', 'deleted'], required: false, nullable: true })
  @IsOptional()
  @IsIn(['published', 'archived', 'deleted'], { message: 'must be one of published, archived, deleted' })
  status?: 'published' | 'archived' | 'deleted' | null;

  @IsOptional()
  @IsTimestamp({ description: 'Created at or after this instant.' })
  start_time?: Date | null;

  @IsOptional()
  @IsTimestamp({ description: 'Created at or before this instant.' })
  end_time?: Date | null;
}

/** The same in a query, lists separated by commas, without what only a body can say. */
@AsksForList()
export class CustomerListQuery extends OmitType(CustomerSearchDto, ['filters', 'sort', 'metadata']) {}

/** A customer. Every key is always there, null where there is no value. */
export class CustomerDto {
  /** @example 'cust_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  /** @example 'acme-1' */
  external_id!: string;
  /** @example 'Acme Ltd' */
  name!: string;
  /** @example 'billing@acme.example' */
  email!: string | null;
  contact!: string | null;
  address_line1!: string | null;
  address_line2!: string | null;
  address_city!: string | null;
  address_state!: string | null;
  address_postal_code!: string | null;
  /** @example 'US' */
  address_country!: string | null;
  tax_id!: string | null;
  /** @example 'UTC' */
  timezone!: string;
  metadata!: Record<string, string>;
  /** Not used, always null. */
  parent_customer!: Record<string, unknown> | null;
  /** Not used, always null. */
  parent_customer_id!: string | null;
  tenant_id!: string;
  environment_id!: string;
  /** @example 'published' */
  status!: string;
  /** @example '2026-01-01T00:00:00.123000Z' */
  created_at!: string;
  updated_at!: string;
  /** The key that created it. */
  created_by!: string;
  updated_by!: string;
}

export class CustomerListDto {
  items!: CustomerDto[];
  pagination!: Pagination;
}
