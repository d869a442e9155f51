import { Controller, Get, Header, Param, Req } from '@nestjs/common';
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

  /** Starts a session with which a customer, named by your own id, can look at their own wallets. Nothing more than this key may read. */
  @Get(':external_id')
  @Header('Cache-Control', 'no-store')
  @RequireScope('wallets:read')
  @ApiWalletsErrors('not_found')
  async start(
    @CurrentCaller() caller: Caller,
    @Param('external_id') externalId: string,
    @Req() request: Request,
  ): Promise<PortalSessionDto> {
    const { token, expiresAt } = await this.sessions.start(caller, externalId);
    const url = `${request.protocol}://${request.get('host') ?? request.hostname}/v1/customer/portal`;
    return { url, token, expires_at: formatTimestamp(expiresAt) };
  }
}
