import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { PORTAL_RIGHTS, type PortalRights } from './portal-session.entity.js';

/** What a new session is for. */
export class StartPortalSessionQuery {
  @ApiProperty({
    enum: PORTAL_RIGHTS,
    required: false,
    default: 'view',
    description:
      '`view`: looks. `manage`: buys packs, agrees to automatic top-up and changes the card as well; the key needs ' +
      '`account:write` for that.',
  })
  @IsOptional()
  @IsIn(PORTAL_RIGHTS, { message: `must be one of ${PORTAL_RIGHTS.join(', ')}` })
  rights?: PortalRights;
}

/** A session of the customer portal. */
export class PortalSessionDto {
  /** To end it by. Ours.
   * @example 'session_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  id!: string;
  /** The portal's page for this session: a link to give to the customer and to nobody else. What follows `#` is the token.
   * @example 'https://refill.example/v1/customer/portal#cps_...' */
  url!: string;
  /** For the header `X-Session-Token`. It is shown here and never again.
   * @example 'cps_...' */
  token!: string;
  @ApiProperty({ enum: PORTAL_RIGHTS, example: 'view' })
  rights!: PortalRights;
  /** An hour from now, or when the key ends that asked.
   * @example '2026-01-01T01:00:00.123000Z' */
  expires_at!: string;
}

/** How the pages of the portal look: the setting `portal`, and the tenant's name where that says none. */
export class PortalBrandDto {
  /** @example 'Acme' */
  name!: string;
  /** Empty: the pages' own.
   * @example '#0a6640' */
  accent_color!: string;
  /** A `data:` URL of an image; empty without one.
   * @example '' */
  logo!: string;
}

/** Whose session it is, what it may do, and how its pages look. */
export class PortalVisitDto {
  customer_name!: string;
  @ApiProperty({ type: PortalBrandDto })
  brand!: PortalBrandDto;
  @ApiProperty({ enum: PORTAL_RIGHTS, example: 'view' })
  rights!: PortalRights;
  /** Whether the account is shown: packs, automatic top-up, card, purchases. The key that started the session may see it. */
  shows_account!: boolean;
  /** Whether it may buy and change.
   * @example false */
  may_manage!: boolean;
  /** In a development environment no money moves.
   * @example true */
  is_test!: boolean;
  /** @example '2026-01-01T01:00:00.123000Z' */
  expires_at!: string;
}
