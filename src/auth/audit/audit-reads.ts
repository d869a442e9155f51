import type { FilterQuery } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { invalidField } from '../../shared/errors.js';
import type { Caller } from '../caller.js';
import { AuditEntry } from './audit-entry.entity.js';
import type { AuditLogQuery } from './audit-log.dto.js';

interface AuditPage {
  entries: AuditEntry[];
  /** Of the last entry, where there are more. */
  nextCursor: string | null;
}

/** Reads the audit log: a page at a time, each by one index, however long the log has become. */
@Injectable()
export class AuditReads {
  constructor(private readonly em: EntityManager) {}

  /** @throws validation for a cursor that is none of the rows that the caller sees */
  async list(caller: Caller, query: AuditLogQuery): Promise<AuditPage> {
    const em = this.em.fork();
    const seen = seenBy(caller);
    const where: FilterQuery<AuditEntry>[] = [seen, filtersOf(query)];
    if (query.cursor) {
      const last = await em.findOne(AuditEntry, { ...seen, id: query.cursor });
      if (!last) throw invalidField('cursor', 'is not the next_cursor of a page');
      const { at, id } = last;
      where.push({ at: { $lte: at } }, { $or: [{ at: { $lt: at } }, { id: { $lt: id } }] });
    }
    const orderBy = { at: 'desc', id: 'desc' } as const;
    // One more than asked for tells whether there is another page; to count all would be to read all.
    const found = await em.find(AuditEntry, { $and: where }, { orderBy, limit: query.limit + 1 });
    const entries = found.slice(0, query.limit);
    return { entries, nextCursor: found.length > query.limit ? (entries.at(-1)?.id ?? null) : null };
  }
}

/** A key of a development environment lies about on laptops: it is told nothing of what is real. */
function seenBy({ tenantId, environmentId, environmentType }: Caller): FilterQuery<AuditEntry> & object {
  return environmentType === 'production' ? { tenantId } : { tenantId, environmentId };
}

function filtersOf(query: AuditLogQuery): FilterQuery<AuditEntry> {
  return {
    ...(query.action && { action: query.action }),
    ...(query.actor_kind && { actorKind: query.actor_kind }),
    ...(query.key_id && { keyId: query.key_id }),
    ...(query.user_id && { userId: query.user_id }),
    ...(query.target_id && { targetId: query.target_id }),
    ...(query.environment_id && { environmentId: query.environment_id }),
    at: { ...(query.start_time && { $gte: query.start_time }), ...(query.end_time && { $lte: query.end_time }) },
  };
}
