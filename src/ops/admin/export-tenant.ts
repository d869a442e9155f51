import { EntityManager } from '@mikro-orm/postgresql';
import { Environment } from '../../auth/environment.entity.js';
import { TenantsService } from '../../auth/tenants.service.js';
import { withinScopes } from '../../shared/sight.js';
import type { AdminCommand } from './admin-command.js';
import { writeTenant } from './export/write-tenant.js';

export const exportTenant: AdminCommand = {
  name: 'export-tenant',
  parameters: ['tenant', 'folder'],
  words:
    'writes all that a tenant has into a new folder, a file of JSON lines for each table; no secrets, sealed ones neither',
  async run({ app, parameters: [id = '', folder = ''] }) {
    const { name } = await app.get(TenantsService, { strict: false }).get(id);
    const em = app.get(EntityManager, { strict: false });
    const environments = await em.fork().find(Environment, { tenantId: id });
    // Also one without environments has rows of its own, such as its audit log.
    const scopes = ['', ...environments.map((environment) => environment.id)].map((environmentId) => ({
      tenantId: id,
      environmentId,
    }));
    const { rows, tables } = await withinScopes(scopes, () => writeTenant(em.fork(), id, folder));
    return `${rows} rows in ${tables} tables of ${id} (${name}) are in ${folder}; manifest.json says what was left out\n`;
  },
};
