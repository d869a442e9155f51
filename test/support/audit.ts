import { EntityManager } from '@mikro-orm/postgresql';
import { AuditEntry } from '../../src/auth/audit/audit-entry.entity.js';
import type { TestApp } from './app.js';

/** The rows of a tenant in the order in which they were made. */
export function auditRows(service: TestApp, where: Partial<AuditEntry>): Promise<AuditEntry[]> {
  return service
    .get(EntityManager)
    .fork()
    .find(AuditEntry, where, { orderBy: { id: 'asc' } });
}
