import { Body, Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { originOf } from '../../http/origin.js';
import { ApiKeysService } from '../api-keys.service.js';
import { type Caller, CurrentCaller, Public, RequireKey } from '../caller.js';
import { SeesEveryTenant } from '../every-scope.guard.js';
import { namedEnvironment, OfAnyEnvironment } from '../named-environment.js';
import { AuthResponse, LoginDto, SignupDto, SignupResponse } from './auth.dto.js';
import { AcceptInvitationDto, InvitationTokenDto, OpenInvitationDto, renderOpenInvitation } from './invitations.dto.js';
import { Invitations } from './invitations.service.js';
import { type Session, UsersService } from './users.service.js';

const SIGNED_UP =
  'if nobody had this e-mail address, its user exists now: log in (POST /v1/auth/login). If somebody had, nothing has ' +
  'changed.';

@ApiTags('Users')
@Controller('v1/auth')
export class AuthController {
  constructor(
    private readonly users: UsersService,
    private readonly invitations: Invitations,
    private readonly apiKeys: ApiKeysService,
  ) {}

  /**
   * Makes a user, their tenant and its two environments, `Development` and `Production`, if nobody has the e-mail
   * address yet. The answer is the same either way, and has no token: log in. The operator can switch it off
   * (`ALLOW_SIGNUP`): 403. At most 20 an hour from one address. A common password is a 400.
   */
  @Post('signup')
  @Public()
  @SeesEveryTenant()
  @HttpCode(200)
  @ApiWalletsErrors('validation', 'too_many_requests', 'unavailable')
  async signup(@Body() body: SignupDto, @Req() request: Request): Promise<SignupResponse> {
    const { email, password, tenant_name: tenantName } = body;
    await this.users.signUp({ email, password, tenantName: tenantName ?? null }, originOf(request));
    return { token: null, user_id: null, tenant_id: null, message: SIGNED_UP };
  }

  /**
   * Logs a user in: a new server key for 24 hours, of the environment that `environment_id` names, otherwise of that in
   * the header `X-Environment-ID`, if it is one of the tenant's, otherwise of the development environment. A wrong password and an unknown user are the same 401. From one address, 10 failures in a row
   * for one user and 100 logins in 15 minutes.
   */
  @Post('login')
  @Public()
  @SeesEveryTenant()
  @HttpCode(200)
  @ApiWalletsErrors('validation', 'not_found', 'too_many_requests', 'unavailable')
  async login(@Body() body: LoginDto, @Req() request: Request): Promise<AuthResponse> {
    const { email, password, environment_id: environmentId } = body;
    const shownEnvironment = namedEnvironment(request);
    const credentials = { email, password, environmentId: environmentId ?? null, shownEnvironment };
    return renderSession(await this.users.logIn(credentials, originOf(request)));
  }

  /**
   * Logs out: ends the token that the request shows, here at once and everywhere within 5 s, with the portal sessions
   * that it started. Any other key is a 400: it is revoked under `/v1/secrets/api/keys`.
   */
  @Post('logout')
  @HttpCode(204)
  @RequireKey()
  @OfAnyEnvironment()
  @ApiWalletsErrors('invalid_operation')
  async logout(@CurrentCaller() caller: Caller): Promise<void> {
    await this.apiKeys.endLogin(caller);
  }

  /** What the link of an invitation is for. Takes no key: the token of the link. */
  @Post('invitations/open')
  @Public()
  @SeesEveryTenant()
  @HttpCode(200)
  @ApiWalletsErrors('validation', 'not_found', 'too_many_requests')
  async openInvitation(@Body() { token }: InvitationTokenDto, @Req() request: Request): Promise<OpenInvitationDto> {
    const { invitation, tenant } = await this.invitations.open(token, originOf(request));
    return renderOpenInvitation(invitation, tenant);
  }

  /**
   * Makes the user that the link of an invitation is for, once, and logs them in to a development environment. An address
   * that a user of any tenant has is a 409: the invitation stays, so that another address can be invited instead. From one
   * address, 60 times an hour.
   */
  @Post('invitations/accept')
  @Public()
  @SeesEveryTenant()
  @HttpCode(200)
  @ApiWalletsErrors('validation', 'not_found', 'already_exists', 'too_many_requests', 'unavailable')
  async acceptInvitation(@Body() body: AcceptInvitationDto, @Req() request: Request): Promise<AuthResponse> {
    const { token, password, name } = body;
    return renderSession(await this.invitations.accept({ token, password, name: name ?? '' }, originOf(request)));
  }
}

function renderSession({ token, userId, tenantId, environmentId }: Session): AuthResponse {
  return { token, user_id: userId, tenant_id: tenantId, environment_id: environmentId };
}
