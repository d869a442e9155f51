import { Controller, Delete, Get, HttpCode, Param, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { formatTimestamp } from '../../shared/clock.js';
import { originOfPage, PORTAL_PAGE } from './portal-page.js';
import { PortalSessionsService } from './portal-sessions.service.js';
import { PortalLooks } from './portal-looks.service.js';
import { PortalSessionDto, StartPortalSessionQuery } from './portal.dto.js';

@ApiTags('Customer portal')
@Controller('v1/customers/portal')
export class PortalSessionsController {
  constructor(
    private readonly sessions: PortalSessionsService,
    private readonly looks: PortalLooks,
  ) {}

  /**
   * Starts a session with which a customer, named by your own id, can look at their own wallets; with `rights=manage` also
   * spend, within the limits of the setting `portal`. Nothing more than this key may do, and no longer than it is good.
   */
  @Get(':external_id')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('validation', 'not_found')
  async start(
    @CurrentCaller() caller: Caller,
    @Param('external_id') externalId: string,
    @Query() query: StartPortalSessionQuery,
    @Req() request: Request,
  ): Promise<PortalSessionDto> {
    const { id, token, rights, expiresAt } = await this.sessions.start(caller, externalId, query.rights);
    // The token is behind `#`, which a browser sends to nobody.
    const url = `${originOfPage(request)}${PORTAL_PAGE}${await this.looks.queryOf(caller)}#${token}`;
    return { id, url, token, rights, expires_at: formatTimestamp(expiresAt) };
  }

  /** Ends all sessions of a customer, whichever keys have started them: at once, everywhere. */
  @Delete(':external_id')
  @HttpCode(204)
  @RequireScope('customers:write')
  @ApiWalletsErrors('not_found')
  async endAll(@CurrentCaller() caller: Caller, @Param('external_id') externalId: string): Promise<void> {
    await this.sessions.endAll(caller, externalId);
  }

  /** Ends one session that this very key has started; one of another key is not found. */
  @Delete(':external_id/sessions/:id')
  @HttpCode(204)
  @RequireScope('wallets:read')
  @ApiWalletsErrors('not_found')
  async end(
    @CurrentCaller() caller: Caller,
    @Param('external_id') externalId: string,
    @Param('id') id: string,
  ): Promise<void> {
    await this.sessions.end(caller, externalId, id);
  }
}
