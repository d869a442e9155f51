import { Body, Controller, Get, Param, Post, Put, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { type Caller, CurrentCaller, RequireScope } from './caller.js';
import {
  CreateEnvironmentDto,
  EnvironmentDto,
  EnvironmentListDto,
  ListEnvironmentsQuery,
  renderEnvironment,
  UpdateEnvironmentDto,
} from './environments.dto.js';
import { EnvironmentsService, refuseProduction } from './environments.service.js';
import { OfAnyEnvironment } from './named-environment.js';
import { TenantsService } from './tenants.service.js';

@ApiTags('Environments')
@OfAnyEnvironment()
@Controller('v1/environments')
export class EnvironmentsController {
  constructor(
    private readonly environments: EnvironmentsService,
    private readonly tenants: TenantsService,
  ) {}

  /**
   * Makes an environment; the key of a development environment makes no production one. It has no keys yet: see
   * `environment_id` of `POST /v1/secrets/api/keys`.
   */
  @Post()
  @RequireScope('tenant:write')
  @ApiWalletsErrors('validation')
  async create(@CurrentCaller() caller: Caller, @Body() { name, type }: CreateEnvironmentDto): Promise<EnvironmentDto> {
    refuseProduction(caller, type);
    return renderEnvironment(await this.tenants.createEnvironment(caller.tenantId, { name, type }, caller));
  }

  /** The environments of the tenant: that of the key, then the others, newest first. */
  @Get()
  @RequireScope('tenant:read')
  @ApiWalletsErrors('validation')
  async list(@CurrentCaller() caller: Caller, @Query() query: ListEnvironmentsQuery): Promise<EnvironmentListDto> {
    const [environments, total] = await this.environments.list(caller, query);
    const { limit, offset } = query;
    return { environments: environments.map(renderEnvironment), total, offset, limit };
  }

  /** An environment of the tenant. */
  @Get(':id')
  @RequireScope('tenant:read')
  @ApiWalletsErrors('not_found')
  async get(@CurrentCaller() { tenantId }: Caller, @Param('id') id: string): Promise<EnvironmentDto> {
    return renderEnvironment(await this.environments.get(tenantId, id));
  }

  /** Renames an environment or changes its type; the key of a development environment changes no production one. */
  @Put(':id')
  @RequireScope('tenant:write')
  @ApiWalletsErrors('validation', 'not_found')
  async update(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Body() body: UpdateEnvironmentDto,
  ): Promise<EnvironmentDto> {
    return renderEnvironment(await this.environments.update(caller, id, body));
  }
}
