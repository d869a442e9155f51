import { useState } from 'react';
import { useLocation } from 'wouter';
import { creditsText, moneyText } from '../../parts/amounts';
import { compare, isDecimal, times } from '../../parts/decimals';
import { ConfirmDialog } from '../../parts/dialog';
import { AmountField, SelectField, TextField } from '../../parts/form';
import { InstantField } from '../../parts/instant-field';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';

const EMPTY = {
  name: '',
  currency: 'usd',
  rate: '1',
  buyingRate: '',
  initial: '',
  expiresAt: '',
  overdraft: '',
  description: '',
};
const TYPES = [
  ['PRE_PAID', 'Prepaid'],
  ['POST_PAID', 'Postpaid'],
] as const;
const FIELDS = [
  'name',
  'currency',
  'wallet_type',
  'conversion_rate',
  'topup_conversion_rate',
  'initial_credits_to_load',
  'initial_credits_expiry_date_utc',
  'overdraft_limit',
  'description',
];

/** Makes a wallet, with free credits to start with where some are named. Its rule is set up on its own page. */
export function NewWalletDialog({ customerId, onClose }: { customerId: string; onClose: () => void }) {
  const [typed, setTyped] = useState(EMPTY);
  const [type, setType] = useState<(typeof TYPES)[number][0]>('PRE_PAID');
  const [, go] = useLocation();
  const field = (name: keyof typeof EMPTY) => ({
    value: typed[name],
    onChange: (value: string) => setTyped((before) => ({ ...before, [name]: value })),
  });
  const making = useAction({
    run: (_input, key) =>
      dataOf(api.POST('/v1/wallets', { body: { ...bodyOf(customerId, typed, key), wallet_type: type } })),
    touches: ['wallets', 'analytics'],
    done: 'Made the wallet',
    onDone: ({ id }) => {
      onClose();
      go(`/wallets/${id}`);
    },
  });
  const isLoaded = isDecimal(typed.initial) && compare(typed.initial, '0') > 0;
  const currency = typed.currency.toUpperCase();
  return (
    <ConfirmDialog
      title="New wallet"
      confirm={isLoaded ? `Make it, and grant ${creditsText(typed.initial)}` : 'Make the wallet'}
      isPending={making.isPending}
      error={making.error}
      fields={FIELDS}
      onConfirm={() => making.mutate()}
      onClose={onClose}
    >
      <TextField name="name" label="Name (optional)" {...field('name')} />
      <div className="side-by-side">
        <TextField name="currency" label="Currency, three letters" {...field('currency')} />
        <SelectField name="wallet_type" label="Kind" options={TYPES} value={type} onChange={setType} />
        <AmountField name="conversion_rate" label={`A credit is worth, ${currency}`} {...field('rate')} />
        <AmountField
          name="topup_conversion_rate"
          label={`A credit is bought for, ${currency}`}
          hint="Empty: what it is worth"
          {...field('buyingRate')}
        />
        <AmountField
          name="initial_credits_to_load"
          label="Free credits to start with"
          hint={
            isLoaded && isDecimal(typed.rate)
              ? `Worth ${moneyText(times(typed.initial, typed.rate), currency)}`
              : 'Empty: none'
          }
          {...field('initial')}
        />
        <InstantField
          name="initial_credits_expiry_date_utc"
          label="They expire"
          hint="Empty: never"
          {...field('expiresAt')}
        />
        <AmountField
          name="overdraft_limit"
          label="Credits that debits may go into debt"
          hint="Empty: none"
          {...field('overdraft')}
        />
      </div>
      <TextField name="description" label="Description (optional)" {...field('description')} />
    </ConfirmDialog>
  );
}

function bodyOf(customerId: string, typed: typeof EMPTY, key: string): Schemas['CreateWalletDto'] {
  return {
    customer_id: customerId,
    name: typed.name || null,
    currency: typed.currency,
    conversion_rate: typed.rate || null,
    topup_conversion_rate: typed.buyingRate || null,
    initial_credits_to_load: typed.initial || null,
    initial_credits_expiry_date_utc: typed.expiresAt || null,
    overdraft_limit: typed.overdraft || null,
    description: typed.description || null,
    idempotency_key: key,
  };
}
