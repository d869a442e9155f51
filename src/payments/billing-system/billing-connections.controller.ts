import { Body, Controller, Delete, Get, HttpCode, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { BillingConnectionDto, PutBillingConnectionDto, renderBillingConnection } from './billing-connection.dto.js';
import { BillingConnections } from './billing-connections.js';

@ApiTags('Settings')
@Controller('v1/settings/payments/webhook')
export class BillingConnectionsController {
  constructor(private readonly connections: BillingConnections) {}

  /** Where this environment's own billing system is. Its secret is never shown, but for the last four characters. */
  @Get()
  @RequireScope('settings:read')
  @ApiWalletsErrors('not_found', 'unavailable')
  async get(@CurrentCaller() caller: Caller): Promise<BillingConnectionDto> {
    return renderBillingConnection(await this.connections.get(caller));
  }

  /**
   * Says where this environment's own billing system is. Another url or secret is tried first, with a signed ping that
   * has to be answered with its challenge. Charging begins with the setting `payments`.
   */
  @Put()
  @RequireScope('settings:write')
  @ApiWalletsErrors('validation', 'invalid_operation', 'conflict', 'unavailable')
  async put(@CurrentCaller() caller: Caller, @Body() body: PutBillingConnectionDto): Promise<BillingConnectionDto> {
    const changes = { url: body.url, secret: body.secret || undefined };
    return renderBillingConnection(await this.connections.put(caller, changes));
  }

  /** Forgets it. Only where the setting `payments` is not `webhook`; top-ups that are open there wait for a new one. */
  @Delete()
  @HttpCode(204)
  @RequireScope('settings:write')
  @ApiWalletsErrors('not_found', 'invalid_operation')
  async delete(@CurrentCaller() caller: Caller): Promise<void> {
    await this.connections.delete(caller);
  }
}
