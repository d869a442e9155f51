import { ApiProperty } from '@nestjs/swagger';
import { IsText } from '../../http/fields/is-text.js';
import { AsksForList } from '../../http/validation.pipe.js';

export const FOUND_KINDS = ['customer', 'wallet', 'top_up', 'transaction', 'invoice', 'hold', 'api_key'] as const;
export type FoundKind = (typeof FOUND_KINDS)[number];

@AsksForList()
export class FindQuery {
  @IsText({
    min: 2,
    max: 255,
    description:
      'An id of any kind, whole; a customer’s external id or e-mail address, or how it begins; the number of an invoice; ' +
      'how an API key begins, as lists of keys show it. Never a whole key: what is in a URL is written into logs.',
    example: 'acme',
  })
  q!: string;
}

/** One thing that was found, with what a link to it needs. */
export class FoundDto {
  /** @example 'cust_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  /** What a person calls it: a customer’s name, a wallet’s or its currency, a transaction’s reason, a key’s name, a number.
   * @example 'Acme' */
  name!: string;
  /** What tells it from others: a customer’s external id, a state, a key as lists show it.
   * @example 'acme' */
  detail!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Whose it is; null for an API key of no customer.' })
  customer_id!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The wallet that it is, or is of; null where there is none.',
  })
  wallet_id!: string | null;
  /** RFC 3339. */
  created_at!: string;
}

export class FoundGroupDto {
  @ApiProperty({ enum: FOUND_KINDS })
  kind!: FoundKind;
  /** At most ten: of what begins so, the first ones. */
  items!: FoundDto[];
}

/** What was found, kinds without a find left out. */
export class FindDto {
  groups!: FoundGroupDto[];
}
