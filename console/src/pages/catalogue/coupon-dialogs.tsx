import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ConfirmDialog } from '../../parts/dialog';
import { CountField, countOf } from '../../parts/count-field';
import { AmountField, CheckGroup, SelectField, TextField } from '../../parts/form';
import { InstantField } from '../../parts/instant-field';
import { faultAt, minorUnits } from '../../parts/typed';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';
import { PACK_CURRENCIES, type PackCurrency } from './currencies';

type Coupon = Schemas['CouponDto'];

const PACKS_LIMIT = 100;
const FIELDS = [
  'id',
  'name',
  'percent_off',
  'amount_off_minor',
  'currency',
  'pack_ids',
  'max_redemptions',
  'max_redemptions_per_account',
  'valid_from',
  'valid_until',
];
const EMPTY = {
  id: '',
  name: '',
  kind: 'percent' as 'percent' | 'amount',
  percent: '',
  amount: '',
  currency: 'usd' as PackCurrency,
  packIds: [] as string[],
  uses: '',
  usesEach: '',
  from: '',
  until: '',
};

/** A coupon cannot be changed once it is given out, so all is asked for here. */
export function CreateCoupon({ onClose }: { onClose: () => void }) {
  const [draft, setDraft] = useState(EMPTY);
  const change = (changes: Partial<typeof EMPTY>) => setDraft((before) => ({ ...before, ...changes }));
  const packs = useQuery({
    queryKey: ['packs', 'names'],
    queryFn: () => dataOf(api.GET('/v1/credit-packs', { params: { query: { limit: PACKS_LIMIT } } })),
  });
  const creating = useAction({
    run: async () => api.POST('/v1/coupons', { body: bodyOf(draft) }),
    touches: ['coupons'],
    done: 'Gave out the coupon',
    onDone: onClose,
  });
  const onSale = packs.data?.items.filter(({ is_on_sale }) => is_on_sale) ?? [];
  return (
    <ConfirmDialog
      title="New coupon"
      confirm="Give out"
      fields={FIELDS}
      isPending={creating.isPending}
      error={creating.error}
      onClose={onClose}
      onConfirm={() => creating.mutate()}
    >
      <TextField
        name="name"
        label="Name"
        hint="As invoices show it."
        value={draft.name}
        onChange={(name) => change({ name })}
      />
      <TextField
        name="id"
        label="Code"
        hint="What buyers enter, such as WELCOME10. One is made when you leave it out."
        autoComplete="off"
        value={draft.id}
        onChange={(id) => change({ id })}
      />
      <div className="side-by-side">
        <SelectField
          name="kind"
          label="Takes off"
          value={draft.kind}
          onChange={(kind) => change({ kind })}
          options={[
            ['percent', 'a percentage'],
            ['amount', 'an amount'],
          ]}
        />
        {draft.kind === 'percent' ? (
          <CountField
            name="percent_off"
            label="Whole percent"
            value={draft.percent}
            onChange={(percent) => change({ percent })}
          />
        ) : (
          <AmountField
            name="amount_off_minor"
            label="Amount"
            value={draft.amount}
            onChange={(amount) => change({ amount })}
          />
        )}
        {draft.kind === 'amount' && (
          <SelectField
            name="currency"
            label="Currency"
            value={draft.currency}
            onChange={(currency) => change({ currency })}
            options={PACK_CURRENCIES}
          />
        )}
      </div>
      <div className="side-by-side">
        <CountField
          name="max_redemptions"
          label="Uses in all"
          hint="No limit when empty."
          value={draft.uses}
          onChange={(uses) => change({ uses })}
        />
        <CountField
          name="max_redemptions_per_account"
          label="Uses of each account"
          hint="No limit when empty."
          value={draft.usesEach}
          onChange={(usesEach) => change({ usesEach })}
        />
      </div>
      <div className="side-by-side">
        <InstantField name="valid_from" label="Good from" value={draft.from} onChange={(from) => change({ from })} />
        <InstantField
          name="valid_until"
          label="Good until"
          value={draft.until}
          onChange={(until) => change({ until })}
        />
      </div>
      {onSale.length > 0 && (
        <CheckGroup
          name="pack_ids"
          label="Good for"
          hint="All packs when none is chosen."
          options={onSale.map(({ id, name }) => [id, name] as const)}
          chosen={draft.packIds}
          onChange={(packIds) => change({ packIds })}
        />
      )}
    </ConfirmDialog>
  );
}

function bodyOf(draft: typeof EMPTY): Schemas['CreateCouponDto'] {
  return {
    id: draft.id === '' ? null : draft.id,
    name: draft.name,
    ...worthOf(draft),
    pack_ids: draft.packIds,
    max_redemptions: countOf(draft.uses, null),
    max_redemptions_per_account: countOf(draft.usesEach, null),
    valid_from: draft.from || null,
    valid_until: draft.until || null,
  };
}

function worthOf({ kind, percent, amount, currency }: typeof EMPTY) {
  const [field, worth] =
    kind === 'percent'
      ? (['percent_off', countOf(percent, null)] as const)
      : (['amount_off_minor', minorUnits('amount_off_minor', amount, currency)] as const);
  if (worth === null) throw faultAt(field, 'is required');
  return kind === 'percent' ? { percent_off: worth } : { amount_off_minor: worth, currency };
}

/** Asks before a coupon is withdrawn, which is for good. */
export function WithdrawCoupon({ coupon, onClose }: { coupon: Coupon; onClose: () => void }) {
  const withdrawing = useAction({
    run: () => api.DELETE('/v1/coupons/{id}', { params: { path: { id: coupon.id } } }),
    touches: ['coupons'],
    done: `Withdrew ${coupon.id}`,
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title={`Withdraw ${coupon.id}`}
      confirm={`Withdraw ${coupon.id}`}
      isDangerous
      isPending={withdrawing.isPending}
      error={withdrawing.error}
      onClose={onClose}
      onConfirm={() => withdrawing.mutate()}
    >
      <p>
        No purchase begins with <strong>{coupon.name}</strong> any more, for good. Purchases that have begun keep what
        it takes off.
      </p>
    </ConfirmDialog>
  );
}
