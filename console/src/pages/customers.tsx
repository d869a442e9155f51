import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link, useLocation, useSearchParams } from 'wouter';
import { type Column, DataTable, usePaging } from '../parts/data-table';
import { TextField } from '../parts/form';
import { Instant } from '../parts/instant';
import { Page } from '../parts/layout';
import { Empty } from '../parts/states';
import { api, dataOf, type Schemas } from '../session/api';
import { useMay } from '../session/session';
import { CustomerDialog } from './customer/customer-dialog';

type Customer = Schemas['CustomerDto'];

const COLUMNS: Column<Customer>[] = [
  { head: 'Name', cell: ({ id, name, external_id }) => <Link href={`/customers/${id}`}>{name || external_id}</Link> },
  { head: 'Your id', cell: ({ external_id }) => <code>{external_id}</code> },
  { head: 'E-mail', cell: ({ email }) => email || '–' },
  { head: 'Country', cell: ({ address_country }) => address_country || '–' },
  { head: 'Since', cell: ({ created_at }) => <Instant at={created_at} dayOnly /> },
];

/** Customers by their name, newest first. */
export default function CustomersPage() {
  const [params, setParams] = useSearchParams();
  const name = params.get('name') ?? '';
  const [typed, setTyped] = useState(name);
  const paging = usePaging();
  const { limit, offset } = paging;
  const query = useQuery({
    queryKey: ['customers', { name, limit, offset }],
    queryFn: () => dataOf(api.POST('/v1/customers/search', { body: { limit, offset, filters: filtersOf(name) } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title="Customers" actions={<NewCustomer />}>
      <form
        role="search"
        className="search"
        onSubmit={(event) => {
          event.preventDefault();
          setParams(typed === '' ? {} : { name: typed });
        }}
      >
        <TextField name="name" label="Part of a name" type="search" value={typed} onChange={setTyped} />
        <button>Search</button>
      </form>
      <DataTable
        caption="Customers"
        columns={COLUMNS}
        rowKey={({ id }) => id}
        query={query}
        paging={paging}
        empty={<Empty title={name ? `No customer has “${name}” in its name.` : 'There are no customers yet.'} />}
      />
    </Page>
  );
}

function NewCustomer() {
  const [isOpen, setOpen] = useState(false);
  const [, go] = useLocation();
  if (!useMay('customers:write')) return null;
  return (
    <>
      <button type="button" className="primary" onClick={() => setOpen(true)}>
        New customer
      </button>
      {isOpen && <CustomerDialog onDone={({ id }) => go(`/customers/${id}`)} onClose={() => setOpen(false)} />}
    </>
  );
}

function filtersOf(name: string): Schemas['CustomerSearchDto']['filters'] {
  if (name === '') return [];
  return [{ field: 'name', operator: 'contains', data_type: 'string', value: { string: name } }];
}
