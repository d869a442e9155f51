import type { ComponentType } from 'react';

/** Headings of the navigation, in their order. */
export const GROUPS = ['Money', 'Developers', 'Settings'] as const;

/** A page and the way to it. */
export interface PageEntry {
  /** Below `/console`; `:id` is a parameter, which the page reads by `useParams`. */
  path: string;
  /** Loaded when somebody goes there. Its default export is the page. */
  load: () => Promise<{ default: ComponentType }>;
  /** In the navigation, in the order of this list, where it has a name. */
  nav?: string;
  /** Under which heading it is there: the first one where nothing is said. */
  group?: (typeof GROUPS)[number];
  /** Who lacks it does not see it in the navigation. */
  scope?: string;
}

/** Every page: one line each. The first one is where a log-in leads. */
export const PAGES: readonly PageEntry[] = [
  { path: '/overview', nav: 'Overview', scope: 'wallets:read', load: () => import('./pages/overview') },
  { path: '/customers', nav: 'Customers', scope: 'customers:read', load: () => import('./pages/customers') },
  { path: '/customers/:id/:tab?', load: () => import('./pages/customer') },
  { path: '/wallets', nav: 'Wallets', scope: 'wallets:read', load: () => import('./pages/wallets') },
  { path: '/wallets/:id/:tab?', load: () => import('./pages/wallet') },
  { path: '/top-ups', nav: 'Top-ups', scope: 'wallets:read', load: () => import('./pages/top-ups') },
  { path: '/top-ups/:id', load: () => import('./pages/top-up') },
  { path: '/transactions', nav: 'Transactions', scope: 'wallets:read', load: () => import('./pages/transactions') },
  { path: '/transactions/:id', load: () => import('./pages/transaction') },
  { path: '/invoices', nav: 'Invoices', scope: 'wallets:read', load: () => import('./pages/invoices') },
  { path: '/invoices/:id', load: () => import('./pages/invoice') },
  { path: '/payments', nav: 'Payments', scope: 'wallets:read', load: () => import('./pages/payments') },
  {
    path: '/reconciliation',
    nav: 'Reconciliation',
    scope: 'wallets:read',
    load: () => import('./pages/reconciliation'),
  },
  {
    path: '/webhooks',
    nav: 'Webhooks',
    group: 'Developers',
    scope: 'webhooks:read',
    load: () => import('./pages/webhooks/events'),
  },
  { path: '/webhooks/endpoints', load: () => import('./pages/webhooks/endpoints') },
  { path: '/webhooks/endpoints/:id', load: () => import('./pages/webhooks/endpoint') },
  {
    path: '/keys',
    nav: 'API keys',
    group: 'Developers',
    scope: 'keys:write',
    load: () => import('./pages/access/keys'),
  },
  {
    path: '/audit-log',
    nav: 'Audit log',
    group: 'Developers',
    scope: 'audit:read',
    load: () => import('./pages/audit-log/audit-log'),
  },
  {
    path: '/packs',
    nav: 'Packs',
    group: 'Settings',
    scope: 'packs:write',
    load: () => import('./pages/catalogue/packs'),
  },
  {
    path: '/coupons',
    nav: 'Coupons',
    group: 'Settings',
    scope: 'packs:write',
    load: () => import('./pages/catalogue/coupons'),
  },
  {
    path: '/settings',
    nav: 'Settings',
    group: 'Settings',
    scope: 'settings:read',
    load: () => import('./pages/settings/settings'),
  },
  { path: '/settings/:key', load: () => import('./pages/settings/setting') },
  { path: '/users', nav: 'Users', group: 'Settings', scope: 'users:read', load: () => import('./pages/access/users') },
  {
    path: '/environments',
    nav: 'Environments',
    group: 'Settings',
    scope: 'tenant:read',
    load: () => import('./pages/access/environments'),
  },
  {
    path: '/company',
    nav: 'Company',
    group: 'Settings',
    scope: 'tenant:read',
    load: () => import('./pages/access/company'),
  },
  { path: '/account', load: () => import('./pages/access/account') },
];
