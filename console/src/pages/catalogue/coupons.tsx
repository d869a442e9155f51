import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { MoneyMinor } from '../../parts/amounts';
import { Badge } from '../../parts/badge';
import { type Column, DataTable, usePaging } from '../../parts/data-table';
import { FilterBar, useFilters } from '../../parts/filters';
import { Instant } from '../../parts/instant';
import { Page } from '../../parts/layout';
import { Empty } from '../../parts/states';
import { api, dataOf, type Schemas } from '../../session/api';
import { CreateCoupon, WithdrawCoupon } from './coupon-dialogs';

type Coupon = Schemas['CouponDto'];

/** What takes something off the price of packs. */
export default function CouponsPage() {
  const [isNew, setNew] = useState(false);
  const [leaving, setLeaving] = useState<Coupon | null>(null);
  const filters = useFilters(['name']);
  const { name } = filters.values;
  const paging = usePaging();
  const { limit, offset } = paging;
  const query = useQuery({
    queryKey: ['coupons', { name, limit, offset }],
    queryFn: () => dataOf(api.POST('/v1/coupons/search', { body: { limit, offset, filters: filtersOf(name) } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      title="Coupons"
      actions={
        <button className="primary" type="button" onClick={() => setNew(true)}>
          New coupon
        </button>
      }
    >
      <FilterBar filters={filters} of={[{ name: 'name', label: 'Part of a name', kind: 'text' }]} />
      <DataTable
        caption="Coupons"
        columns={columnsOf(setLeaving)}
        rowKey={({ id }) => id}
        query={query}
        paging={paging}
        empty={<Empty title={name ? `No coupon has “${name}” in its name.` : 'There are no coupons yet.'} />}
      />
      {isNew && <CreateCoupon onClose={() => setNew(false)} />}
      {leaving && <WithdrawCoupon coupon={leaving} onClose={() => setLeaving(null)} />}
    </Page>
  );
}

function TakesOff({ of: { percent_off, amount_off_minor, currency } }: { of: Coupon }) {
  if (percent_off !== null)
    return `${percent_off} %${currency === null ? '' : ` of prices in ${currency.toUpperCase()}`}`;
  return <MoneyMinor minor={amount_off_minor} currency={currency ?? ''} />;
}

function Uses({ of: { redemptions, max_redemptions, max_redemptions_per_account: each } }: { of: Coupon }) {
  return (
    <span>
      {redemptions}
      {max_redemptions !== null && ` of ${max_redemptions}`}
      {each !== null && <span className="muted"> ({each} each)</span>}
    </span>
  );
}

function Validity({ of: { valid_from, valid_until, withdrawn_at } }: { of: Coupon }) {
  if (withdrawn_at !== null) return <Badge>withdrawn</Badge>;
  if (isPast(valid_until)) return <Badge>over</Badge>;
  if (valid_from !== null && !isPast(valid_from)) {
    return (
      <span>
        <Badge tone="info">from</Badge> <Instant at={valid_from} />
      </span>
    );
  }
  if (valid_until === null) return <Badge tone="good">always</Badge>;
  return (
    <span>
      <Badge tone="good">until</Badge> <Instant at={valid_until} />
    </span>
  );
}

function filtersOf(name: string): Schemas['CouponSearchDto']['filters'] {
  if (name === '') return [];
  return [{ field: 'name', operator: 'contains', data_type: 'string', value: { string: name } }];
}

/** @param withdraw asks before it does */
function columnsOf(withdraw: (coupon: Coupon) => void): Column<Coupon>[] {
  return [
    {
      head: 'Coupon',
      cell: ({ id, name }) => (
        <span>
          <code>{id}</code> <span className="muted">{name}</span>
        </span>
      ),
    },
    { head: 'Takes off', cell: (coupon) => <TakesOff of={coupon} /> },
    { head: 'Good for', cell: ({ pack_ids }) => (pack_ids.length === 0 ? 'all packs' : pack_ids.join(', ')) },
    { head: 'Used', align: 'end', cell: (coupon) => <Uses of={coupon} /> },
    { head: 'Good', cell: (coupon) => <Validity of={coupon} /> },
    {
      head: 'Actions',
      align: 'end',
      cell: (coupon) =>
        coupon.withdrawn_at === null && (
          <button type="button" className="quiet" aria-label={`Withdraw ${coupon.id}`} onClick={() => withdraw(coupon)}>
            Withdraw
          </button>
        ),
    },
  ];
}

function isPast(instant: string | null): boolean {
  return instant !== null && Date.parse(instant) <= Date.now();
}
