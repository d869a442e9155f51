import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { type Caller, CurrentCaller, RequireScope } from '../auth/caller.js';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { walletsPage } from '../http/wallets-page.js';
import {
  CreatedEndpointDto,
  CreateEndpointDto,
  EndpointDto,
  EndpointListDto,
  ListEndpointsQuery,
  MAX_OVERLAP_SECONDS,
  renderEndpoint,
  RotateSecretDto,
  UpdateEndpointDto,
} from './endpoints.dto.js';
import { EndpointsService } from './endpoints.service.js';

@ApiTags('Webhooks')
@Controller('v1/webhooks/endpoints')
export class EndpointsController {
  constructor(private readonly endpoints: EndpointsService) {}

  /**
   * Has events of this environment sent to an address, from now on. The key must be able to read what they tell of:
   * `wallets:read`, for `payment_method.*` `customers:read`, for everything both. The secret is shown once, in this answer.
   */
  @Post()
  @RequireScope('webhooks:write')
  @ApiWalletsErrors('validation', 'invalid_operation')
  async create(@CurrentCaller() caller: Caller, @Body() body: CreateEndpointDto): Promise<CreatedEndpointDto> {
    const { endpoint, secret } = await this.endpoints.create(caller, body);
    return { ...renderEndpoint(endpoint), secret };
  }

  /** The endpoints of this environment, newest first. */
  @Get()
  @RequireScope('webhooks:read')
  @ApiWalletsErrors('validation')
  async list(@CurrentCaller() caller: Caller, @Query() query: ListEndpointsQuery): Promise<EndpointListDto> {
    const [endpoints, total] = await this.endpoints.list(caller, query);
    return walletsPage(endpoints.map(renderEndpoint), total, query);
  }

  /** An endpoint, without its secret. */
  @Get(':id')
  @RequireScope('webhooks:read')
  @ApiWalletsErrors('not_found')
  async get(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<EndpointDto> {
    return renderEndpoint(await this.endpoints.get(caller, id));
  }

  /**
   * Changes an endpoint, or enables it again. Other event types ask for the same scopes as a new endpoint; another address
   * for `wallets:read` and `customers:read`, since what waits for the endpoint goes there.
   */
  @Put(':id')
  @RequireScope('webhooks:write')
  @ApiWalletsErrors('validation', 'not_found')
  async update(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: UpdateEndpointDto,
  ): Promise<EndpointDto> {
    return renderEndpoint(await this.endpoints.update(caller, id, body));
  }

  /**
   * Makes a new secret, which is shown once, in this answer. For `overlap_seconds` each delivery carries a signature of the
   * old one, too, so that you can change it without losing any; after a leak say 0.
   */
  @Post(':id/rotate-secret')
  @HttpCode(200)
  @RequireScope('webhooks:write')
  @ApiWalletsErrors('validation', 'not_found', 'invalid_operation', 'unavailable')
  async rotateSecret(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() { overlap_seconds: overlapSeconds }: RotateSecretDto,
  ): Promise<CreatedEndpointDto> {
    const overlapMs = (overlapSeconds ?? MAX_OVERLAP_SECONDS) * 1000;
    const { endpoint, secret } = await this.endpoints.rotateSecret(caller, id, overlapMs);
    return { ...renderEndpoint(endpoint), secret };
  }

  /** Sends it nothing more, not even what was waiting. */
  @Delete(':id')
  @HttpCode(204)
  @RequireScope('webhooks:write')
  @ApiWalletsErrors('not_found')
  async delete(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    await this.endpoints.delete(caller, id);
  }
}
