import { Body, Controller, Delete, Get, HttpCode, Post, Put, Req, Res, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { originOf } from '../../http/origin.js';
import { DomainError, invalidField } from '../../shared/errors.js';
import { type Caller, CurrentCaller, Public, RequireKey } from '../caller.js';
import { EnvironmentsService } from '../environments.service.js';
import { SeesEveryTenant } from '../every-scope.guard.js';
import { OfAnyEnvironment } from '../named-environment.js';
import { TenantsService } from '../tenants.service.js';
import { UsersService } from '../users/users.service.js';
import { ConsoleSessions } from './console-sessions.service.js';
import { OfServersGuard } from './of-servers.guard.js';
import { clearSessionCookie, refuseForeign, sessionTokenOf, setSessionCookie } from './session-cookie.js';
import { OpenSessionDto, renderSession, SessionDto, SessionEnvironmentDto } from './sessions.dto.js';

const ENVIRONMENTS_LIMIT = 100;

/** For browsers. Whoever has a place to keep a key needs none of it. */
@ApiTags('Sessions')
@OfAnyEnvironment()
@UseGuards(OfServersGuard)
@Controller('v1/session')
export class SessionsController {
  constructor(
    private readonly sessions: ConsoleSessions,
    private readonly users: UsersService,
    private readonly tenants: TenantsService,
    private readonly environments: EnvironmentsService,
  ) {}

  /**
   * Logs a browser in, by `email` and `password` or by the `key` of a server: sets a cookie (`HttpOnly`,
   * `SameSite=Strict`, `Secure` over https) that is taken where a key is, for 24 hours or as long as the key is good.
   * Neither the key nor the cookie's token is in any answer. Takes the header `X-Refill-Session`, as does every request
   * with the cookie that is no GET. Wrong ones are counted as those of `POST /v1/auth/login`.
   */
  @Post()
  @Public()
  @SeesEveryTenant()
  @HttpCode(204)
  @ApiWalletsErrors('validation', 'not_found', 'too_many_requests', 'unavailable')
  async open(
    @Body() body: OpenSessionDto,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    refuseForeign(request);
    const { token, lifetimeMs } = await this.#enter(body, request);
    setSessionCookie(response, token, lifetimeMs);
  }

  /** Who the cookie, or a server key, lets in: the user or key, what they may do, and where. */
  @Get()
  @RequireKey()
  @ApiWalletsErrors()
  async get(@CurrentCaller() caller: Caller, @Req() request: Request): Promise<SessionDto> {
    const { tenantId, environmentId, userId } = caller;
    const token = sessionTokenOf(request);
    const [session, user, tenant, [environments]] = await Promise.all([
      token === undefined ? undefined : this.sessions.read(token),
      this.users.find(tenantId, userId),
      this.tenants.get(tenantId),
      this.environments.list(caller, { limit: ENVIRONMENTS_LIMIT, offset: 0, order: 'asc' }),
    ]);
    const mayGo = session?.isLogin ? environments : environments.filter(({ id }) => id === environmentId);
    return renderSession(caller, { user, tenant, environments: mayGo, expiresAt: session?.expiresAt ?? null });
  }

  /**
   * Takes the session of a user to another environment of the tenant; the cookie stays the same. That of a pasted key is
   * of its environment: 400.
   */
  @Put('environment')
  @HttpCode(204)
  @RequireKey()
  @ApiWalletsErrors('validation', 'invalid_operation', 'not_found')
  async changeEnvironment(
    @CurrentCaller() caller: Caller,
    @Body() body: SessionEnvironmentDto,
    @Req() request: Request,
  ): Promise<void> {
    await this.sessions.changeEnvironment(caller, requireToken(request), body.environment_id);
  }

  /** Logs a browser out: its session ends everywhere at once, and the cookie goes. A pasted key stays as it is. */
  @Delete()
  @HttpCode(204)
  @RequireKey()
  @ApiWalletsErrors('invalid_operation')
  async end(
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    await this.sessions.end(caller, requireToken(request));
    clearSessionCookie(response);
  }

  async #enter({ email, password, environment_id, key }: OpenSessionDto, request: Request) {
    const from = originOf(request);
    if (key != null) {
      if (email != null || password != null) throw invalidField('key', 'stands in the place of e-mail and password');
      return this.sessions.enter(key, from);
    }
    if (email == null) throw invalidField('email', 'must be there, or a key');
    if (password == null) throw invalidField('password', 'must be there');
    return this.sessions.logIn({ email, password, environmentId: environment_id ?? null }, from);
  }
}

/** @throws DomainError `invalid_operation` for who came with a key */
function requireToken(request: Request): string {
  const token = sessionTokenOf(request);
  if (token !== undefined) return token;
  throw new DomainError('invalid_operation', 'this request was let in by a key, not by the cookie of a session');
}
