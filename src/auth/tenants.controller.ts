import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { emptyUsage } from '../http/usage-summary.dto.js';
import { type Caller, CurrentCaller, RequireScope } from './caller.js';
import { OfAnyEnvironment } from './named-environment.js';
import { TenantBillingDto } from './tenant-billing.dto.js';
import { renderCaller, renderTenant, TenantDto, UpdateTenantDto, UserDto } from './tenants.dto.js';
import { TenantsService } from './tenants.service.js';
import { UsersService } from './users/users.service.js';

@ApiTags('Tenants')
@OfAnyEnvironment()
@Controller('v1')
export class TenantsController {
  constructor(
    private readonly tenants: TenantsService,
    private readonly users: UsersService,
  ) {}

  /** Who calls: the user who logged in, otherwise the API key; and the tenant. */
  @Get('users/me')
  @RequireScope('tenant:read')
  @ApiWalletsErrors()
  async me(@CurrentCaller() caller: Caller): Promise<UserDto> {
    const tenant = await this.tenants.get(caller.tenantId);
    return renderCaller(caller, tenant, await this.users.find(tenant.id, caller.userId));
  }

  /** What Flexprice bills its tenants for. Nobody is billed for this service: always empty. */
  @Get(['tenants/billing', 'tenant/billing'])
  @RequireScope('tenant:read')
  @ApiWalletsErrors()
  billing(): TenantBillingDto {
    return { subscriptions: [], usage: emptyUsage(null) };
  }

  /** The tenant of the key; another one is not found. */
  @Get('tenants/:id')
  @RequireScope('tenant:read')
  @ApiWalletsErrors('not_found')
  async get(@CurrentCaller() { tenantId }: Caller, @Param('id') id: string): Promise<TenantDto> {
    return renderTenant(await this.tenants.get(tenantId, id));
  }

  /** Changes the tenant of the key: only what is sent. */
  @Put('tenants/update')
  @RequireScope('tenant:write')
  @ApiWalletsErrors('validation')
  async update(@CurrentCaller() caller: Caller, @Body() body: UpdateTenantDto): Promise<TenantDto> {
    return renderTenant(await this.tenants.update(caller, body));
  }
}
