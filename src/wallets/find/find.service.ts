import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import type { Caller } from '../../auth/caller.js';
import type { ScopeName } from '../../auth/scopes.js';
import { formatTimestamp } from '../../shared/clock.js';
import { toDate } from '../../shared/sql-table.js';
import { FOUND_KINDS, type FoundDto, type FoundGroupDto, type FoundKind } from './find.dto.js';

const SHOWN = 10;
/** How a key begins, as lists show it: fewer characters would be those of every key. */
const KEY_BEGINNING = /^(?:sk|pk)_[0-9A-Za-z]{1,6}/;

/** What is looked for in an index, and the order of that. */
interface Term {
  condition: string;
  values: string[];
  order: string;
}

/** What is asked of a kind of thing. `?` are what it is looked for by, tenant and environment. */
interface Source {
  scope: ScopeName;
  /** What of the text is looked for, each by an index; nothing where it cannot be of this kind. */
  terms: (text: string) => readonly Term[];
  /** `id`, `name`, `detail`, `customer_id`, `wallet_id`, `created_at` of a row `r`. */
  columns: string;
  table: string;
  /** Of the rows that count. */
  only?: string;
}

const byId =
  (prefix: string) =>
  (text: string): Term[] =>
    text.startsWith(prefix) ? [{ condition: 'r.id = ?', values: [text], order: 'r.id' }] : [];
/**
 * In the order of bytes, as the index of this is: other orders have no beginnings. Not `like`, which row-level security
 * asks of a row only behind its own question, and so of every row.
 */
const beginning = (column: string, text: string): Term => ({
  condition: `${column} collate "C" >= ? and ${column} collate "C" < ?`,
  values: [text, `${text}\u{10FFFF}`],
  order: `${column} collate "C"`,
});

const SOURCES: Record<FoundKind, Source> = {
  customer: {
    scope: 'customers:read',
    terms: (text) => [
      ...byId('cust_')(text),
      beginning('r.external_id', text),
      beginning('r.email', text),
      ...(text === text.toLowerCase() ? [] : [beginning('r.email', text.toLowerCase())]),
    ],
    columns: 'r.id, r.name, r.external_id as detail, r.id as customer_id, null as wallet_id, r.created_at',
    table: 'customer',
    only: `r.status = 'published'`,
  },
  wallet: {
    scope: 'wallets:read',
    terms: byId('wallet_'),
    columns: `r.id, coalesce(nullif(r.name, ''), r.currency) as name, r.wallet_status as detail, r.customer_id, r.id as wallet_id,
      r.created_at`,
    table: 'wallet',
  },
  top_up: {
    scope: 'wallets:read',
    terms: byId('topup_'),
    columns: 'r.id, r.trigger as name, r.top_up_status as detail, r.customer_id, r.wallet_id, r.created_at',
    table: 'top_up',
  },
  transaction: {
    scope: 'wallets:read',
    terms: byId('wtxn_'),
    columns: 'r.id, r.reason as name, r.type as detail, r.customer_id, r.wallet_id, r.created_at',
    table: 'entry',
  },
  invoice: {
    scope: 'wallets:read',
    terms: (text) => [
      ...byId('inv_')(text),
      ...(/^\D*\d{1,9}$/.test(text)
        ? [{ condition: 'r.number = ?::int', values: [/\d+$/.exec(text)?.[0] ?? ''], order: 'r.number' }]
        : []),
    ],
    columns: 'r.id, r.invoice_number as name, r.payment_status as detail, r.customer_id, r.wallet_id, r.created_at',
    table: 'invoice',
  },
  hold: {
    scope: 'wallets:read',
    terms: byId('hold_'),
    columns: 'r.id, r.description as name, r.hold_status as detail, r.customer_id, r.wallet_id, r.created_at',
    table: 'hold',
  },
  api_key: {
    scope: 'keys:write',
    terms: (text) => [
      ...byId('secret_')(text),
      ...(KEY_BEGINNING.test(text) ? [beginning('r.display_id', KEY_BEGINNING.exec(text)?.[0] ?? '')] : []),
    ],
    columns: 'r.id, r.name, r.display_id as detail, r.customer_id, null as wallet_id, r.created_at',
    table: 'api_key',
    only: `r.status = 'published' and r.user_id is null`,
  },
};

interface Row extends Omit<FoundDto, 'created_at'> {
  created_at: string;
}

/** The one box of a console: whatever somebody has at hand leads to where it belongs. */
@Injectable()
export class FindService {
  constructor(private readonly em: EntityManager) {}

  /** Groups in the order of `FOUND_KINDS`, of what the caller may read. */
  async find(caller: Caller, text: string): Promise<FoundGroupDto[]> {
    const groups: FoundGroupDto[] = [];
    for (const kind of FOUND_KINDS) {
      const source = SOURCES[kind];
      const terms = caller.scopes.has(source.scope) ? source.terms(text) : [];
      const items = terms.length > 0 ? await this.#read(caller, source, terms) : [];
      if (items.length > 0) groups.push({ kind, items });
    }
    return groups;
  }

  async #read({ tenantId, environmentId }: Caller, { table, columns, only = 'true' }: Source, terms: readonly Term[]) {
    // A statement of several, each in the order of its index: in any other the planner may take one that leads nowhere.
    const parts = terms.map(
      ({
        condition,
        order,
      }) => `(select ${columns} from ${table} r where ${condition} and ${only} and r.tenant_id = ? and r.environment_id = ?
        order by ${order} limit ${SHOWN})`,
    );
    const rows = await this.em.fork().execute<Row[]>(
      `select distinct on (created_at, id) * from (${parts.join(' union all ')}) f order by created_at desc, id limit ${SHOWN}`,
      terms.flatMap(({ values }) => [...values, tenantId, environmentId]),
    );
    return rows.map(render);
  }
}

function render({ id, name, detail, customer_id, wallet_id, created_at }: Row): FoundDto {
  return { id, name, detail, customer_id, wallet_id, created_at: formatTimestamp(toDate(created_at)) };
}
