import { ApiProperty } from '@nestjs/swagger';
import { isEmail, IsOptional } from 'class-validator';
import { field } from '../../http/fields/field-decorator.js';
import { IsIdentifier, IsText } from '../../http/fields/is-text.js';
import { IsPassword } from './password-rule.js';

/** RFC 5321: what fits into a path of 256 characters with its angle brackets. */
const MAX_EMAIL_LENGTH = 254;

/** An e-mail address that a user logs in with. The property becomes it trimmed and in lower case, as it is stored. */
export function IsLoginEmail(): PropertyDecorator {
  return field({
    name: 'isLoginEmail',
    read: (value) => (typeof value === 'string' ? value.normalize('NFC').trim().toLowerCase() : value),
    fault: (value) =>
      isEmail(value) && (value as string).length <= MAX_EMAIL_LENGTH ? undefined : 'must be an e-mail address',
    schema: {
      type: String,
      format: 'email',
      maxLength: MAX_EMAIL_LENGTH,
      description: 'E-mail address; case does not matter.',
      example: 'ada@acme.example',
    },
  });
}

/** A user to be, and the tenant that is made with them. */
export class SignupDto {
  @IsLoginEmail()
  email!: string;

  @IsPassword()
  password!: string;

  @IsOptional()
  @IsText({
    min: 1,
    max: 255,
    description: 'Name of the tenant; the domain of the e-mail address, if absent.',
    example: 'Acme',
  })
  tenant_name?: string | null;
}

/** Who logs in. */
export class LoginDto {
  @IsLoginEmail()
  email!: string;

  @IsPassword()
  password!: string;

  @IsOptional()
  @IsText({ max: 255, description: 'Accepted and ignored: the tenant is the user’s.', example: 'Acme' })
  tenant_name?: string | null;

  @IsOptional()
  @IsIdentifier({
    description:
      'The environment of the token. If absent, that of the header `X-Environment-ID`, otherwise the oldest ' +
      'development environment of the tenant. Ours.',
    example: 'env_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB',
  })
  environment_id?: string | null;
}

/** A user's password, as the operator sets it. */
export class SetPasswordDto {
  @IsLoginEmail()
  email!: string;

  @IsPassword()
  password!: string;
}

/** What a sign-up answers, whether the e-mail address was free or not. The fields of a log-in are there without values. */
export class SignupResponse {
  @ApiProperty({
    type: 'null',
    description: 'Comes with the log-in: one that works would tell that the address was free.',
  })
  token!: null;
  @ApiProperty({ type: 'null' })
  user_id!: null;
  @ApiProperty({ type: 'null' })
  tenant_id!: null;
  /** What to do next.
   * @example 'if nobody had this e-mail address, its user exists now: log in' */
  message!: string;
}

/** A user who is logged in. */
export class AuthResponse {
  /** A server key of one environment that works for 24 hours. It is shown here and never again.
   * @example 'sk_...' */
  token!: string;
  /** @example 'user_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  user_id!: string;
  /** @example 'tenant_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  tenant_id!: string;
  /** Where the token is good. Ours.
   * @example 'env_01KAJ8Y5N2V9W0Q4T6R8X3Z7AB' */
  environment_id!: string;
}
