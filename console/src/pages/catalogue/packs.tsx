import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Credits, MoneyMinor } from '../../parts/amounts';
import { Badge } from '../../parts/badge';
import { type Column, DataTable, usePaging } from '../../parts/data-table';
import { Instant } from '../../parts/instant';
import { Page } from '../../parts/layout';
import { Empty } from '../../parts/states';
import { api, dataOf, type Schemas } from '../../session/api';
import { EditPack, SwitchSale } from './pack-dialogs';

type Pack = Schemas['CreditPackDto'];
type Open = { pack: Pack | null; what: 'edit' | 'sale' };

/** What can be bought: all packs, those that are not sold any more too. */
export default function PacksPage() {
  const [open, setOpen] = useState<Open | null>(null);
  const paging = usePaging();
  const { limit, offset } = paging;
  const query = useQuery({
    queryKey: ['packs', { limit, offset }],
    queryFn: () => dataOf(api.GET('/v1/credit-packs', { params: { query: { limit, offset } } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      title="Packs"
      actions={
        <button className="primary" type="button" onClick={() => setOpen({ pack: null, what: 'edit' })}>
          New pack
        </button>
      }
    >
      <DataTable
        caption="Packs"
        columns={columnsOf(setOpen)}
        rowKey={({ id }) => id}
        query={query}
        paging={paging}
        empty={<Empty title="There is nothing to buy yet.">A pack is a number of credits at a price.</Empty>}
      />
      {open?.what === 'edit' && <EditPack pack={open.pack} onClose={() => setOpen(null)} />}
      {open?.what === 'sale' && open.pack && <SwitchSale pack={open.pack} onClose={() => setOpen(null)} />}
    </Page>
  );
}

function SaleState({ pack }: { pack: Pack }) {
  if (pack.is_on_sale) return <Badge tone="good">on sale</Badge>;
  return (
    <span>
      <Badge>off sale</Badge>{' '}
      <span className="muted">
        since <Instant at={pack.withdrawn_at} dayOnly />
      </span>
    </span>
  );
}

/** Against the dearest credit on sale in the currency. */
function Savings({ of: { discount, savings, currency } }: { of: Pack }) {
  if (discount === 0) return <span className="muted">–</span>;
  return (
    <span>
      {discount} % <span className="muted">(</span>
      <MoneyMinor minor={savings} currency={currency} />
      <span className="muted">)</span>
    </span>
  );
}

/** @param open asks for changes of a pack, or before it goes on or off sale */
function columnsOf(open: (asked: Open) => void): Column<Pack>[] {
  return [
    {
      head: 'Pack',
      cell: ({ id, name }) => (
        <span>
          <strong>{name}</strong> <code className="muted">{id}</code>
        </span>
      ),
    },
    { head: 'State', cell: (pack) => <SaleState pack={pack} /> },
    { head: 'Credits', align: 'end', cell: ({ pack_amount }) => <Credits value={String(pack_amount)} /> },
    {
      head: 'Price',
      align: 'end',
      cell: ({ price_minor, currency }) => <MoneyMinor minor={price_minor} currency={currency} />,
    },
    { head: 'Saves', align: 'end', cell: (pack) => <Savings of={pack} /> },
    {
      head: 'Actions',
      align: 'end',
      cell: (pack) => (
        <span className="row-actions">
          <button
            type="button"
            className="quiet"
            aria-label={`Change ${pack.name}`}
            onClick={() => open({ pack, what: 'edit' })}
          >
            Change
          </button>
          <button
            type="button"
            className="quiet"
            aria-label={`${pack.is_on_sale ? 'Take off sale' : 'Put on sale'}: ${pack.name}`}
            onClick={() => open({ pack, what: 'sale' })}
          >
            {pack.is_on_sale ? 'Take off sale' : 'Put on sale'}
          </button>
        </span>
      ),
    },
  ];
}
