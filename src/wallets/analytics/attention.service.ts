import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { formatTimestamp } from '../../shared/clock.js';
import type { Scope } from '../../shared/scope.js';
import { toDate } from '../../shared/sql-table.js';
import { ATTENTION_KINDS, type AttentionDto, type AttentionItemDto, type AttentionKind } from './overview.dto.js';

const COUNTED = 1000;
const SHOWN = 5;

/** Each from an index of its own, the newest first: `?` are tenant and environment, and of what has ended the start of the period. */
const topUps = (status: string, ofPeriod = ''): string =>
  `select id, wallet_id, customer_id, last_error_code as reason, created_at as at from top_up
   where tenant_id = ? and environment_id = ? and top_up_status = '${status}' ${ofPeriod} order by created_at desc`;
const SOURCES: Record<AttentionKind, string> = {
  // A wallet's rules together, or one of them alone.
  rule_paused: `
    select * from (
      (select g.wallet_id as id, g.wallet_id, w.customer_id, g.pause_reason as reason, g.paused_at as at
        from top_up_guard g join wallet w on w.shard = g.shard and w.id = g.wallet_id
        where g.tenant_id = ? and g.environment_id = ? and g.paused_at is not null order by g.paused_at desc limit ${COUNTED})
      union all
      (select wallet_id, wallet_id, customer_id, pause_reason, updated_at from top_up_rule
        where tenant_id = ? and environment_id = ? and pause_reason <> '' order by updated_at desc limit ${COUNTED})) r
    order by at desc`,
  top_up_failed: topUps('failed', 'and created_at >= ?'),
  top_up_unknown: topUps('unknown'),
  top_up_requires_action: topUps('requires_action'),
  invoice_unpaid: topUps('awaiting_payment'),
  invoice_overdue: topUps('overdue'),
  dispute_open: `
    select id, wallet_id, customer_id, reason, created_at as at from dispute
    where tenant_id = ? and environment_id = ? and dispute_status = 'open' order by created_at desc`,
  wallet_near_empty: `
    select id, id as wallet_id, customer_id, case when 'in_alarm' in (alert_state, credit_alert_state) then 'in_alarm' else 'warning' end as reason, updated_at as at from wallet
    where tenant_id = ? and environment_id = ? and wallet_status = 'active'
      and (alert_state in ('warning', 'in_alarm') or credit_alert_state in ('warning', 'in_alarm'))
    order by id desc`,
};

interface Row {
  kind: AttentionKind;
  count: number;
  items: (Omit<AttentionItemDto, 'at'> & { at: string })[] | null;
}

/** What a person has to look at, counted as far as anybody wants to know. */
@Injectable()
export class Attention {
  constructor(private readonly em: EntityManager) {}

  async list({ tenantId, environmentId }: Scope, since: Date): Promise<AttentionDto[]> {
    const parameters: string[] = [];
    const parts = ATTENTION_KINDS.map((kind) => {
      const marks = SOURCES[kind].split('?').length - 1;
      const own = Array.from({ length: marks }, (_, mark) =>
        marks % 2 === 1 && mark === marks - 1 ? since.toISOString() : mark % 2 === 0 ? tenantId : environmentId,
      );
      parameters.push(...own);
      return `select '${kind}' as kind, count(*)::int as count,
        (json_agg(f) filter (where f.place <= ${SHOWN})) as items
        from (select row_number() over () as place, s.* from (${SOURCES[kind]} limit ${COUNTED}) s) f`;
    });
    const rows = await this.em.fork().execute<Row[]>(parts.join(' union all '), parameters);
    return rows.map(({ kind, count, items }) => ({ kind, count, items: (items ?? []).map(renderItem) }));
  }
}

function renderItem({ id, wallet_id, customer_id, reason, at }: NonNullable<Row['items']>[number]): AttentionItemDto {
  return { id, wallet_id, customer_id, reason, at: formatTimestamp(toDate(at)) };
}
