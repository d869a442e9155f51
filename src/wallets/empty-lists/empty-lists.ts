import type { ScopeName } from '../../auth/scopes.js';

/** How a filter is written, so that a wrong one is refused as on lists that have something. */
export type FilterKind = 'id' | 'text' | 'list' | 'timestamp' | 'flag';

/** Something of Flexprice's that there is none of here, and that its screens list all the same. */
export interface EmptyList {
  /** Below `/v1`. Its list is at `GET`, its search at `POST …/search`. */
  path: string;
  /** Of its classes and operations in the OpenAPI document. */
  name: string;
  /** In the plural, as sentences have it. */
  what: string;
  scope: ScopeName;
  /** What Flexprice's client filters by, beside `FILTERS`. */
  filters: Readonly<Record<string, FilterKind>>;
  /** Flexprice has no page around its connections: they stand beside `total`, `limit` and `offset`. */
  isFlat?: true;
}

/** Of each of them. */
export const FILTERS: EmptyList['filters'] = {
  status: 'text',
  start_time: 'timestamp',
  end_time: 'timestamp',
  expand: 'text',
};

export const EMPTY_LISTS: readonly EmptyList[] = [
  {
    path: 'prices/units',
    name: 'PriceUnits',
    what: 'price units',
    scope: 'wallets:read',
    filters: { price_unit_ids: 'list' },
  },
  {
    path: 'subscriptions',
    name: 'Subscriptions',
    what: 'subscriptions',
    scope: 'wallets:read',
    filters: {
      active_at: 'timestamp',
      billing_cadence: 'list',
      billing_period: 'list',
      customer_id: 'id',
      external_customer_id: 'text',
      invoicing_customer_ids: 'list',
      parent_subscription_ids: 'list',
      plan_id: 'id',
      subscription_ids: 'list',
      subscription_status: 'list',
      with_line_items: 'flag',
    },
  },
  {
    path: 'plans',
    name: 'Plans',
    what: 'plans',
    scope: 'wallets:read',
    filters: { plan_ids: 'list', lookup_key: 'text' },
  },
  {
    path: 'features',
    name: 'Features',
    what: 'features',
    scope: 'wallets:read',
    filters: { feature_ids: 'list', lookup_key: 'text', lookup_keys: 'list', meter_ids: 'list', name_contains: 'text' },
  },
  {
    path: 'creditnotes',
    name: 'CreditNotes',
    what: 'credit notes',
    scope: 'wallets:read',
    filters: {
      credit_note_ids: 'list',
      credit_note_status: 'list',
      credit_note_type: 'text',
      customer_id: 'id',
      invoice_id: 'id',
      subscription_id: 'id',
    },
  },
  {
    path: 'taxes/associations',
    name: 'TaxAssociations',
    what: 'tax associations',
    scope: 'wallets:read',
    filters: { entity_id: 'id', entity_type: 'text', external_customer_id: 'text', tax_rate_id: 'id' },
  },
  {
    path: 'connections',
    name: 'Connections',
    what: 'connections',
    scope: 'settings:read',
    filters: { connection_ids: 'list', provider_type: 'text' },
    isFlat: true,
  },
];
