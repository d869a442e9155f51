import { Body, Controller, Header, HttpCode, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { Public } from '../caller.js';
import { SeesEveryTenant } from '../every-scope.guard.js';
import { AuthResponse, LoginDto, SignupDto } from './auth.dto.js';
import { type Session, UsersService } from './users.service.js';

@ApiTags('Users')
@Public()
@Controller('v1/auth')
export class AuthController {
  constructor(private readonly users: UsersService) {}

  /**
   * Makes a user, their tenant and its two environments, `Development` and `Production`, and logs the user in to the
   * first. The operator can switch it off (`ALLOW_SIGNUP`): 403. At most 20 an hour from one address.
   */
  @Post('signup')
  @SeesEveryTenant()
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiWalletsErrors('validation', 'already_exists', 'too_many_requests', 'unavailable')
  async signup(@Body() body: SignupDto, @Req() { ip = '' }: Request): Promise<AuthResponse> {
    const { email, password, tenant_name: tenantName } = body;
    return renderSession(await this.users.signUp({ email, password, tenantName: tenantName ?? null }, ip));
  }

  /**
   * Logs a user in: a new server key for 24 hours, of the development environment unless `environment_id` names another
   * one of the tenant. A wrong password and an unknown user are the same 401. From one address, 10 failures in a row
   * for one user and 100 logins in 15 minutes.
   */
  @Post('login')
  @SeesEveryTenant()
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  @ApiWalletsErrors('validation', 'not_found', 'too_many_requests', 'unavailable')
  async login(@Body() body: LoginDto, @Req() { ip = '' }: Request): Promise<AuthResponse> {
    const { email, password, environment_id: environmentId } = body;
    return renderSession(await this.users.logIn({ email, password, environmentId: environmentId ?? null }, ip));
  }
}

function renderSession({ token, userId, tenantId }: Session): AuthResponse {
  return { token, user_id: userId, tenant_id: tenantId };
}
