import type { AdminCommand } from './admin-command.js';
import { setPassword } from './set-password.js';
import { resumeTenant, suspendTenant } from './suspend-tenant.js';
import { listTenants } from './tenants.js';

export const ADMIN_COMMANDS: readonly AdminCommand[] = [listTenants, setPassword, suspendTenant, resumeTenant];
