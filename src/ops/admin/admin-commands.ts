import type { AdminCommand } from './admin-command.js';
import { createKey } from './create-key.js';
import { exportTenant } from './export-tenant.js';
import { resumeWallet } from './resume-wallet.js';
import { setPassword } from './set-password.js';
import { resumeTenant, suspendTenant } from './suspend-tenant.js';
import { listTenants } from './tenants.js';

export const ADMIN_COMMANDS: readonly AdminCommand[] = [
  listTenants,
  createKey,
  setPassword,
  suspendTenant,
  resumeTenant,
  resumeWallet,
  exportTenant,
];
