import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiTags } from '@nestjs/swagger';
import type { Response } from 'express';
import { ApiWalletsErrors } from '../http/errors/api-errors.decorator.js';
import { walletsPage } from '../http/wallets-page.js';
import { notFound } from '../shared/errors.js';
import { ApiKeyListDto, CreateApiKeyDto, CreatedApiKeyDto, ListApiKeysQuery, renderSecret } from './api-keys.dto.js';
import { ApiKeysService } from './api-keys.service.js';
import { EnvironmentsService } from './environments.service.js';
import { withinScopes } from '../shared/sight.js';
import { type Caller, CurrentCaller, RequireScope } from './caller.js';

/** The answer to a revocation has no body, as the SDK wants it. */
const KEYS_MADE = 'Keys-Made';
/** Clients take headers of 16 KiB, of all that there are. */
const TOLD_LIMIT = 100;

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
    if (body.service_account_id) {
      throw notFound('service account', { service_account_id: body.service_account_id });
    }
    const environment = await this.environments.forNewKey(caller, body.environment_id ?? caller.environmentId);
    const scope = { tenantId: caller.tenantId, environmentId: environment.id };
    const draft = { name, type, expiresAt, customerId, scopes };
    const { secret, plainKey } = await withinScopes([caller, scope], () =>
      this.apiKeys.createApiKey(scope, draft, caller),
    );
    return { secret: renderSecret(secret), api_key: plainKey };
  }

  /** Keys of this environment that were not revoked; with `made_by`, those that a key has made. */
  @Get()
  @ApiWalletsErrors('validation')
  async list(@CurrentCaller() caller: Caller, @Query() query: ListApiKeysQuery): Promise<ApiKeyListDto> {
    const [secrets, total] = await this.apiKeys.listApiKeys(caller, query);
    return walletsPage(secrets.map(renderSecret), total, query);
  }

  /**
   * Revokes a key: refused everywhere within 5 s; the portal sessions that it started end at once. Only a key that the
   * calling one could have made; and the last one of its rights not by itself. The keys that it has made work on: the
   * header `Keys-Made` names them.
   */
  @Delete(':id')
  @HttpCode(204)
  @ApiWalletsErrors('not_found', 'invalid_operation')
  @ApiNoContentResponse({
    headers: {
      [KEYS_MADE]: {
        description:
          'Ids of keys that work on although this one made them, itself or through others, the oldest first and at ' +
          'most 100, separated by commas; absent when there are none. `made_by` of the list shows those of its environment.',
        schema: { type: 'string' },
      },
    },
  })
  async revoke(
    @CurrentCaller() caller: Caller,
    @Param('id') id: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    const made = await this.apiKeys.revokeApiKey(caller, id, caller);
    if (made.length > 0) response.setHeader(KEYS_MADE, made.slice(0, TOLD_LIMIT).join(', '));
  }
}
