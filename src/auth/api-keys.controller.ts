import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { walletsPage } from '../http/wallets-page.js';
import { ApiKeyListDto, CreateApiKeyDto, CreatedApiKeyDto, ListApiKeysQuery, renderSecret } from './api-keys.dto.js';
import { ApiKeysService } from './api-keys.service.js';
import { EnvironmentsService } from './environments.service.js';
import { withinScope } from '../shared/sight.js';
import { type Caller, CurrentCaller, RequireScope } from './caller.js';

@ApiTags('API keys')
@RequireScope('keys:write')
@Controller('v1/secrets/api/keys')
export class ApiKeysController {
  constructor(
    private readonly apiKeys: ApiKeysService,
    private readonly environments: EnvironmentsService,
  ) {}

  /** Makes a server key, or with `customer_id` an account key. The key itself is shown once, in this answer. */
  @Post()
  @ApiWalletsErrors('validation', 'not_found')
  async create(@CurrentCaller() caller: Caller, @Body() body: CreateApiKeyDto): Promise<CreatedApiKeyDto> {
    const { name, type, expires_at: expiresAt, customer_id: customerId, scopes } = body;
    const environment = await this.environments.forNewKey(caller, body.environment_id ?? caller.environmentId);
    const scope = { tenantId: caller.tenantId, environmentId: environment.id };
    const draft = { name, type, expiresAt, customerId, scopes };
    const { secret, plainKey } = await withinScope(scope, () => this.apiKeys.createApiKey(scope, draft, caller));
    return { secret: renderSecret(secret), api_key: plainKey };
  }

  /** Keys of this environment that were not revoked. */
  @Get()
  @ApiWalletsErrors('validation')
  async list(@CurrentCaller() caller: Caller, @Query() query: ListApiKeysQuery): Promise<ApiKeyListDto> {
    const [secrets, total] = await this.apiKeys.listApiKeys(caller, query);
    return walletsPage(secrets.map(renderSecret), total, query);
  }

  /** Revokes a key: refused everywhere within 5 s. */
  @Delete(':id')
  @HttpCode(204)
  @ApiWalletsErrors('not_found')
  async revoke(@CurrentCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    await this.apiKeys.revokeApiKey(caller, id, caller.keyId);
  }
}
