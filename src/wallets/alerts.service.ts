import type { FilterQuery } from '@mikro-orm/core';
import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { filterConditions, type FilterFields, sortOrder } from '../http/filters.js';
import { formatTimestamp } from '../shared/clock.js';
import { formatDecimal } from '../shared/decimal.js';
import { invalidField } from '../shared/errors.js';
import { type Scope, scopeOf } from '../shared/scope.js';
import { inWallet } from '../shared/shard.js';
import { AlertLog } from './alert-log.entity.js';
import { Expansions } from './expansions.js';
import type { AlertLogDto, AlertSearchDto } from './alerts.dto.js';

const FIELDS: FilterFields = {
  id: { property: 'id', type: 'text' },
  entity_id: { property: 'walletId', type: 'text' },
  customer_id: { property: 'customerId', type: 'text' },
  alert_type: { property: 'alertType', type: 'text' },
  alert_status: { property: 'alertStatus', type: 'text' },
  created_at: { property: 'createdAt', type: 'timestamp' },
};

/** The log of alerts. */
@Injectable()
export class AlertsService {
  constructor(
    private readonly em: EntityManager,
    private readonly expansions: Expansions,
  ) {}

  async search(scope: Scope, search: AlertSearchDto): Promise<{ items: AlertLogDto[]; total: number }> {
    // Only wallets have alerts: whoever asks for those of something else gets none.
    if (search.entity_type && search.entity_type !== 'wallet') return { items: [], total: 0 };
    if (search.status && search.status !== 'published') return { items: [], total: 0 };
    if (search.start_time && search.end_time && search.end_time < search.start_time) {
      throw invalidField('end_time', 'must not be before start_time');
    }
    const created = {
      ...(search.start_time ? { $gte: search.start_time } : {}),
      ...(search.end_time ? { $lte: search.end_time } : {}),
    };
    const where = {
      ...scopeOf(scope),
      ...(search.entity_id ? inWallet(search.entity_id) : {}),
      ...(search.customer_id ? { customerId: search.customer_id } : {}),
      ...(search.alert_type ? { alertType: search.alert_type } : {}),
      ...(search.alert_status ? { alertStatus: search.alert_status } : {}),
      ...(Object.keys(created).length > 0 ? { createdAt: created } : {}),
      $and: filterConditions(search.filters, FIELDS),
    } as FilterQuery<AlertLog>;
    const { limit, offset } = search;
    const orderBy = sortOrder(search.sort, FIELDS, search.order);
    const [logs, total] = await this.em.fork().findAndCount(AlertLog, where, { limit, offset, orderBy });
    const items = logs.map((log) => renderAlert(log));
    await this.expansions.fillIn(scope, items, search.expand ?? [], (item) => item.entity_id);
    return { items, total };
  }
}

function renderAlert(log: AlertLog): AlertLogDto {
  const createdAt = formatTimestamp(log.createdAt);
  return {
    id: log.id,
    entity_type: 'wallet',
    entity_id: log.walletId,
    parent_entity_type: 'customer',
    parent_entity_id: log.customerId,
    customer_id: log.customerId,
    alert_type: log.alertType,
    alert_status: log.alertStatus,
    alert_info: {
      alert_settings: log.alertSettings,
      value_at_time: formatDecimal(log.valueAtTime),
      timestamp: createdAt,
    },
    environment_id: log.environmentId,
    tenant_id: log.tenantId,
    status: 'published',
    created_at: createdAt,
    updated_at: createdAt,
    created_by: '',
    updated_by: '',
    customer: null,
    wallet: null,
    feature: null,
  };
}
