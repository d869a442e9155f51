import { TenantsService } from '../../auth/tenants.service.js';
import type { AdminCommand } from './admin-command.js';

const PARAMETERS = ['tenant'];

export const suspendTenant: AdminCommand = {
  name: 'suspend-tenant',
  parameters: PARAMETERS,
  words: 'lets nobody of a tenant in, and charges nothing for it; what is under way is finished',
  async run({ app, parameters: [id = ''] }) {
    const { name } = await app.get(TenantsService, { strict: false }).setTenantStatus(id, 'suspended');
    return `${id} (${name}) is suspended; its keys are refused within 5 s\n`;
  },
};

export const resumeTenant: AdminCommand = {
  name: 'resume-tenant',
  parameters: PARAMETERS,
  words: 'lets a tenant in again; what has waited goes on',
  async run({ app, parameters: [id = ''] }) {
    const { name } = await app.get(TenantsService, { strict: false }).setTenantStatus(id, 'active');
    return `${id} (${name}) is active; its keys work within 5 s\n`;
  },
};
