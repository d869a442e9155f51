import { Body, Controller, Delete, Get, HttpCode, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../../auth/caller.js';
import { ApiWalletsErrors } from '../../http/errors/api-errors.decorator.js';
import { PutStripeConnectionDto, renderConnection, StripeConnectionDto } from './stripe-connection.dto.js';
import { StripeConnections } from './stripe-connections.js';

@ApiTags('Settings')
@Controller('v1/settings/payments/stripe')
export class StripeConnectionsController {
  constructor(private readonly connections: StripeConnections) {}

  /** How this environment is connected to Stripe. Keys are never shown, but for their last four characters. */
  @Get()
  @RequireScope('settings:read')
  @ApiWalletsErrors('not_found', 'unavailable')
  async get(@CurrentCaller() caller: Caller): Promise<StripeConnectionDto> {
    return renderConnection(await this.connections.get(caller));
  }

  /**
   * Connects this environment to Stripe: test keys in a development environment, live keys in a production one. A new
   * secret key is tried at Stripe first. What is left out stays as it is. Charging begins with the setting `payments`.
   */
  @Put()
  @RequireScope('settings:write')
  @ApiWalletsErrors('validation', 'invalid_operation', 'conflict', 'unavailable')
  async put(@CurrentCaller() caller: Caller, @Body() body: PutStripeConnectionDto): Promise<StripeConnectionDto> {
    const changes = {
      secretKey: body.secret_key || undefined,
      publishableKey: body.publishable_key || undefined,
      webhookSecret: body.webhook_secret || undefined,
      statementDescriptorSuffix: body.statement_descriptor_suffix ?? undefined,
      sendReceipts: body.send_receipts ?? undefined,
    };
    return renderConnection(await this.connections.put(caller, changes));
  }

  /** Forgets the keys. Only where the setting `payments` is not `stripe`; top-ups that are open at Stripe wait for new ones. */
  @Delete()
  @HttpCode(204)
  @RequireScope('settings:write')
  @ApiWalletsErrors('not_found', 'invalid_operation')
  async delete(@CurrentCaller() caller: Caller): Promise<void> {
    await this.connections.delete(caller);
  }
}
