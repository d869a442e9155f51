import type { ComponentType } from 'react';
import { useQuery } from '@tanstack/react-query';
import { useParams } from 'wouter';
import { Copyable } from '../parts/copy';
import { Page } from '../parts/layout';
import { Found } from '../parts/states';
import { Tabs } from '../parts/tabs';
import { api, dataOf, type Schemas } from '../session/api';
import { CardsTab } from './customer/cards-tab';
import { ConsentsTab } from './customer/consents-tab';
import { CustomerActions } from './customer/customer-actions';
import { DetailsTab } from './customer/details-tab';
import { InvoicesTab } from './customer/invoices-tab';
import { WalletsTab } from './customer/wallets-tab';

type Customer = Schemas['CustomerDto'];

/** A customer: their wallets, what they have paid and owe, their cards, what they agreed to. */
export default function CustomerPage() {
  const { id, tab = '' } = useParams<{ id: string; tab?: string }>();
  const customer = useQuery({
    queryKey: ['customers', id],
    queryFn: () => dataOf(api.GET('/v1/customers/{id}', { params: { path: { id } } })),
  });
  return <Found query={customer}>{(found) => <Shown key={found.id} customer={found} tab={tab} />}</Found>;
}

/** Each has an address: the first one the customer's own. */
const TABS: Readonly<Record<string, readonly [words: string, Content: ComponentType<{ customer: Customer }>]>> = {
  '': ['Wallets', WalletsTab],
  invoices: ['Invoices', InvoicesTab],
  cards: ['Cards', CardsTab],
  consents: ['Consents', ConsentsTab],
  details: ['Details', DetailsTab],
};

function Shown({ customer, tab }: { customer: Customer; tab: string }) {
  const [, Content] = TABS[tab] ?? ['', WalletsTab];
  return (
    <Page title={customer.name || customer.external_id} actions={<CustomerActions customer={customer} />}>
      <div className="subtitle">
        {customer.email && <span>{customer.email}</span>}
        <Copyable text={customer.external_id} what="id of yours" />
        <Copyable text={customer.id} />
      </div>
      <Tabs
        label="Parts of this customer"
        tabs={Object.entries(TABS).map(([key, [words]]) => [`/customers/${customer.id}${key && `/${key}`}`, words])}
      />
      <Content customer={customer} />
    </Page>
  );
}
