import { TenantsService } from '../../auth/tenants.service.js';
import type { AdminCommand } from './admin-command.js';

export const listTenants: AdminCommand = {
  name: 'tenants',
  parameters: [],
  words: 'lists all tenants: id, status, name',
  async run({ app }) {
    const tenants = await app.get(TenantsService, { strict: false }).list();
    return tenants.map(({ id, tenantStatus, name }) => `${id}  ${tenantStatus.padEnd(9)}  ${name}\n`).join('');
  },
};
