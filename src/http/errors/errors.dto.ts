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

  /** Facts to branch on; absent when there are none. For `validation_error`: a sentence for each field. */
  @ApiProperty({ type: 'object', additionalProperties: true, selfRequired: false })
  details?: Record<string, unknown>;

  /** Always false. */
  @ApiProperty({ type: Boolean, example: false })
  success!: false;

  @ApiProperty({ type: WalletsErrorDetailDto })
  error!: WalletsErrorDetailDto;
}

/** A 400 of the credits API: the sentences for each field, nested like the body. */
@ApiSchema({
  name: 'CreditsFieldErrors',
})
export class CreditsFieldErrorsDto {
  /** Errors that belong to no field. */
  @ApiProperty({ type: [String], required: false, example: ['The body is not valid JSON.'] })
  non_field_errors?: string[];
}

/** Any other error of the credits API. A 402 for missing credits adds `balance`, `required` and `top_up`. */
@ApiSchema({ name: 'CreditsError' })
export class CreditsDetailDto {
  /** What went wrong. */
  @ApiProperty({ type: String, example: 'Incorrect authentication credentials.' })
  detail!: string;
}
