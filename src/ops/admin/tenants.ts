import { EnvironmentsService } from '../../auth/environments.service.js';
import { TenantsService } from '../../auth/tenants.service.js';
import type { AdminCommand } from './admin-command.js';

export const listTenants: AdminCommand = {
  name: 'tenants',
  parameters: [],
  words: 'lists all tenants (id, status, name), each with its environments (id, type, name)',
  async run({ app }) {
    const tenants = await app.get(TenantsService, { strict: false }).list();
    const environments = await app.get(EnvironmentsService, { strict: false }).listOfAllTenants();
    const byTenant = Map.groupBy(environments, ({ tenantId }) => tenantId);
    const lines = tenants.map(({ id, tenantStatus, name }) => {
      const own = (byTenant.get(id) ?? []).map((own) => `    ${own.id}  ${own.type.padEnd(11)}  ${own.name}\n`);
      return `${id}  ${tenantStatus.padEnd(9)}  ${name}\n${own.join('')}`;
    });
    return lines.join('');
  },
};
