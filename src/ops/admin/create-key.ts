import { ApiKeysService } from '../../auth/api-keys.service.js';
import { CreateApiKeyDto } from '../../auth/api-keys.dto.js';
import { EnvironmentsService } from '../../auth/environments.service.js';
import { validated } from '../../http/validation.pipe.js';
import { withinScope } from '../../shared/sight.js';
import type { AdminCommand } from './admin-command.js';

const NAME = 'Made by the operator';

export const createKey: AdminCommand = {
  name: 'create-key',
  parameters: ['environment'],
  options: { name: { type: 'string' } },
  words: 'makes a server key (sk_) for an environment, printed once; `tenants` lists environments',
  async run({ app, parameters: [id = ''], options }) {
    const { name } = validated(CreateApiKeyDto, { name: options['name'] ?? NAME });
    const environment = await app.get(EnvironmentsService, { strict: false }).getOfAnyTenant(id);
    const scope = { tenantId: environment.tenantId, environmentId: environment.id };
    const keys = app.get(ApiKeysService, { strict: false });
    const { secret, plainKey } = await withinScope(scope, () => keys.createApiKey(scope, { name }));
    return `key: ${plainKey}\n${secret.id} (${name}) may do everything in ${id} (${environment.name}) of ${scope.tenantId}\n`;
  },
};
