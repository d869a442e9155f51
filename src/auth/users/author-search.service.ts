import type { FilterQuery } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { filterConditions, type FilterFields, sortOrder } from '../../http/filters.js';
import { invalidField } from '../../shared/errors.js';
import type { Scope } from '../../shared/scope.js';
import { flexpriceRoleOf, ROLE_NAMES } from '../roles.js';
import { AuthorRow } from './author-row.entity.js';
import type { AuthorSearchDto } from './author-search.dto.js';

const FIELDS: FilterFields = {
  id: { property: 'id', type: 'text' },
  email: { property: 'email', type: 'text' },
  name: { property: 'name', type: 'text' },
  type: { property: 'kind', type: 'text' },
  role: { property: 'role', type: 'text' },
  status: { property: 'status', type: 'text' },
  created_at: { property: 'createdAt', type: 'timestamp' },
  updated_at: { property: 'updatedAt', type: 'timestamp' },
};

/** Says who the ids are that stand in `created_by`: users of the tenant, and keys of the environment. */
@Injectable()
export class AuthorSearch {
  constructor(private readonly em: EntityManager) {}

  /** @throws DomainError `validation` for a filter or a sort that there is not */
  async find(scope: Scope, search: AuthorSearchDto): Promise<[AuthorRow[], number]> {
    const where = { $and: conditionsOf(scope, search) } as FilterQuery<AuthorRow>;
    const orderBy = sortOrder(search.sort, FIELDS, search.order);
    const { limit, offset } = search;
    const em = this.em.fork();
    return Promise.all([em.find(AuthorRow, where, { limit, offset, orderBy }), em.count(AuthorRow, where)]);
  }
}

function conditionsOf({ tenantId, environmentId }: Scope, search: AuthorSearchDto): object[] {
  const { user_ids: ids, roles, start_time: from, end_time: to } = search;
  if (from && to && to < from) throw invalidField('end_time', 'must not be before start_time');
  const isByIds = Boolean(ids?.length);
  // Names of keys are for whoever has met their ids; the list of them is `GET /v1/secrets/api/keys`.
  const whose = isByIds ? { $or: [{ environmentId: null }, { environmentId }] } : { environmentId: null };
  const status = search.status ?? (isByIds ? undefined : 'published');
  return [
    { tenantId },
    whose,
    ...(isByIds ? [{ id: { $in: ids } }] : []),
    ...(search.type ? [{ kind: search.type }] : []),
    ...(roles?.length ? [{ role: { $in: ROLE_NAMES.filter((role) => isAmong(roles, role)) } }] : []),
    ...(status ? [{ status }] : []),
    ...(from ? [{ createdAt: { $gte: from } }] : []),
    ...(to ? [{ createdAt: { $lte: to } }] : []),
    ...filterConditions(search.filters, FIELDS),
  ];
}

function isAmong(roles: readonly string[], role: (typeof ROLE_NAMES)[number]): boolean {
  return roles.includes(role) || roles.includes(flexpriceRoleOf(role));
}
