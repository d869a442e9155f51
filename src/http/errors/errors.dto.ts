import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** The nested half of the envelope, which @flexprice/sdk 2.0.1 reads. */
class WalletsErrorDetailDto {
  /** The same sentence as `message` of the envelope. */
  @ApiProperty({ type: String })
  message!: string;

  /** Always null: internals stay inside. */
  @ApiProperty({ type: String, nullable: true, example: null })
  internal_error!: null;
}

/** Every error of the wallets API. Branch on `code` and the status; `message` is for people. */
@ApiSchema({ name: 'WalletsError' })
export class WalletsErrorDto {
  /** Stable and machine readable. */
  @ApiProperty({ type: String, example: 'not_found' })
  code!: string;

  /** What went wrong, for people. */
  @ApiProperty({ type: String, example: 'wallet not found' })
  message!: string;

  /** The HTTP status. */
  @ApiProperty({ type: 'integer', example: 404 })
  http_status_code!: number;

  /**
   * Facts to branch on; absent when there are none. For `validation_error`: a sentence for each field. For
   * `insufficient_credits`: `balance`, `required`, `top_up` (the purchase under way, or null), `paused_reason` (why
   * automatic top-up stands still, or null) and `no_top_up` (`code`, `reason` and `next_evaluation_at` of the rule's
   * answer where it bought nothing, or null).
   */
  @ApiProperty({ type: 'object', additionalProperties: true, selfRequired: false })
  details?: Record<string, unknown>;

  /** Always false. */
  @ApiProperty({ type: Boolean, example: false })
  success!: false;

  @ApiProperty({ type: WalletsErrorDetailDto })
  error!: WalletsErrorDetailDto;
}

/** A 400 of the credits API: the sentences for each field, nested like the body. */
@ApiSchema({ name: 'CreditsFieldErrors' })
export class CreditsFieldErrorsDto {
  /** Errors that belong to no field. */
  @ApiProperty({ type: [String], required: false, example: ['The body is not valid JSON.'] })
  non_field_errors?: string[];
}

/** A purchase that is under way. */
class TopUpUnderWayDto {
  /** @example 'topup_01KAHZ5Q7X0000000000000000' */
  @ApiProperty({ type: String })
  id!: string;

  @ApiProperty({ type: String, example: 'created' })
  status!: string;
}

/** Why a rule that is on has bought nothing. */
class NoTopUpDto {
  /** Stable and machine readable. */
  @ApiProperty({ type: String, example: 'paused' })
  code!: string;

  @ApiProperty({ type: String })
  reason!: string;

  /** When it is looked at again, where time alone can change the answer. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  next_evaluation_at!: string | null;
}

/** Any other error of the credits API. A 402 for missing credits says what is missing, and which top-up comes or why none does. */
@ApiSchema({ name: 'CreditsError' })
export class CreditsDetailDto {
  /** What went wrong. */
  @ApiProperty({ type: String, example: 'Incorrect authentication credentials.' })
  detail!: string;

  /** 402: credits that can be spent. */
  @ApiProperty({ type: String, required: false, example: '30' })
  balance?: string;

  /** 402: credits that were asked for. */
  @ApiProperty({ type: String, required: false, example: '50' })
  required?: string;

  /** 402: the purchase under way, or null. 409: the purchase that is in the way of this one. */
  @ApiProperty({ type: TopUpUnderWayDto, required: false, nullable: true })
  top_up?: TopUpUnderWayDto | null;

  /** 402: why automatic top-up stands still until somebody does something, or null. */
  @ApiProperty({ type: String, required: false, nullable: true, example: 'card_declined' })
  paused_reason?: string | null;

  /** 402: why a rule that is on has bought nothing, or null. */
  @ApiProperty({ type: NoTopUpDto, required: false, nullable: true })
  no_top_up?: NoTopUpDto | null;
}
