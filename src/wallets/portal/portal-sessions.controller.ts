import { Controller, Delete, Get, Header, HttpCode, Param, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { formatTimestamp } from '../../shared/clock.js';
import { PortalSessionsService } from './portal-sessions.service.js';
import { PortalSessionDto } from './portal.dto.js';

@ApiTags('Customer portal')
@Controller('v1/customers/portal')
export class PortalSessionsController {
  constructor(private readonly sessions: PortalSessionsService) {}

  /**
   * Starts a session with which a customer, named by your own id, can look at their own wallets. Nothing more than this
   * key may read, and no longer than the key is good.
   */
  @Get(':external_id')
  @Header('Cache-Control', 'no-store')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('not_found')
  async start(
    @CurrentCaller() caller: Caller,
    @Param('external_id') externalId: string,
    @Req() request: Request,
  ): Promise<PortalSessionDto> {
    const { id, token, expiresAt } = await this.sessions.start(caller, externalId);
    const url = `${request.protocol}://${request.get('host') ?? request.hostname}/v1/customer/portal`;
    return { id, url, token, expires_at: formatTimestamp(expiresAt) };
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
