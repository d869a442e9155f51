import { useState } from 'react';
import { creditsText, moneyText } from '../../parts/amounts';
import { CountField, countOf } from '../../parts/count-field';
import { isDecimal } from '../../parts/decimals';
import { ConfirmDialog } from '../../parts/dialog';
import { AmountField, CheckField, SelectField } from '../../parts/form';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';
import { priceOf } from './rule-words';
import { useSettled } from './use-settled';
import { purchaseWords, usePreview, WhatWouldHappen } from './what-would-happen';

type Wallet = Schemas['WalletDto'];
type Change = Schemas['UpdateWalletDto'];
type Unit = Schemas['CooldownDto']['unit'];

interface Typed {
  enabled: boolean;
  threshold: string;
  amount: string;
  paidBy: 'card' | 'invoice';
  wait: string;
  unit: Unit;
  perHour: string;
  mostUnits: string;
  monthlyCount: string;
  monthlyAmount: string;
}

const FIELDS = [
  'auto_topup.threshold',
  'auto_topup.amount',
  'auto_topup.invoicing',
  'auto_topup.cooldown.value',
  'top_up_limits.max_per_hour',
  'top_up_limits.max_units',
  'top_up_limits.monthly_count',
  'top_up_limits.monthly_amount',
];
const UNITS: readonly (readonly [Unit, string])[] = [
  ['second', 'Seconds'],
  ['minute', 'Minutes'],
  ['hour', 'Hours'],
  ['day', 'Days'],
];

/** Changes the rule and its limits; says before anything is saved what that would do now. */
export function RuleEditor({ wallet, onClose }: { wallet: Wallet; onClose: () => void }) {
  const { id, currency } = wallet;
  const [typed, setTyped] = useState(() => typedOf(wallet));
  const body = bodyOf(typed);
  const preview = usePreview(id, JSON.parse(useSettled(JSON.stringify(body))) as Change);
  const saving = useAction({
    run: () => dataOf(api.PUT('/v1/wallets/{id}', { params: { path: { id } }, body })),
    touches: ['wallets', 'top-ups', 'analytics'],
    done: 'Saved the rule',
    onDone: onClose,
  });
  const field = (name: keyof Typed) => ({
    value: String(typed[name]),
    onChange: (value: string) => setTyped((before) => ({ ...before, [name]: value })),
  });
  const purchase = purchaseWords(preview.data);
  return (
    <ConfirmDialog
      title="Automatic top-up"
      confirm={purchase === undefined ? 'Save' : `Save, and ${purchase}`}
      isPending={saving.isPending || preview.isPlaceholderData}
      error={saving.error ?? preview.error}
      fields={FIELDS}
      onConfirm={() => saving.mutate()}
      onClose={onClose}
    >
      <CheckField
        name="enabled"
        label="Buys by itself"
        checked={typed.enabled}
        onChange={(enabled) => setTyped((before) => ({ ...before, enabled }))}
      />
      <div className="side-by-side">
        <AmountField
          name="auto_topup.threshold"
          label="When so many credits, or fewer, are left"
          {...field('threshold')}
        />
        <AmountField
          name="auto_topup.amount"
          label="Buys so many credits"
          hint={
            isDecimal(typed.amount) ? `${moneyText(priceOf(typed.amount, wallet), currency)} without fees` : undefined
          }
          {...field('amount')}
        />
      </div>
      <SelectField
        name="auto_topup.invoicing"
        label="Paid"
        options={[
          ['card', 'Charged to the card on file'],
          ['invoice', 'By invoice: credits come when it is paid'],
        ]}
        {...field('paidBy')}
        value={typed.paidBy}
      />
      <div className="side-by-side">
        <CountField
          name="auto_topup.cooldown.value"
          label="Time between two"
          hint="A minute, where it is empty"
          {...field('wait')}
        />
        <SelectField name="unit" label="Unit" options={UNITS} {...field('unit')} value={typed.unit} />
      </div>
      <div className="side-by-side">
        <CountField name="top_up_limits.max_per_hour" label="At most so often an hour" {...field('perHour')} />
        <CountField
          name="top_up_limits.max_units"
          label="At most so many units at once"
          hint={isDecimal(typed.amount) ? `A unit is ${creditsText(typed.amount)}` : undefined}
          {...field('mostUnits')}
        />
        <CountField
          name="top_up_limits.monthly_count"
          label="At most so often a month"
          hint="Empty: no limit"
          {...field('monthlyCount')}
        />
        <AmountField
          name="top_up_limits.monthly_amount"
          label={`At most so much a month, ${currency.toUpperCase()}`}
          hint="Empty: no limit"
          {...field('monthlyAmount')}
        />
      </div>
      <WhatWouldHappen preview={preview} />
    </ConfirmDialog>
  );
}

function typedOf({ auto_topup: rule, top_up_limits: limits }: Wallet): Typed {
  return {
    enabled: rule?.enabled ?? true,
    threshold: rule?.threshold ?? '',
    amount: rule?.amount ?? '',
    paidBy: rule?.invoicing ? 'invoice' : 'card',
    wait: rule?.cooldown ? String(rule.cooldown.value) : '',
    unit: rule?.cooldown?.unit ?? 'minute',
    perHour: String(limits?.max_per_hour ?? ''),
    mostUnits: String(limits?.max_units ?? ''),
    monthlyCount: String(limits?.monthly_count ?? ''),
    monthlyAmount: limits?.monthly_amount ?? '',
  };
}

/** An empty amount is sent as it is: the service says at its field that one is required. */
function bodyOf(typed: Typed): Change {
  return {
    auto_topup: {
      enabled: typed.enabled,
      threshold: typed.threshold,
      amount: typed.amount,
      invoicing: typed.paidBy === 'invoice',
      cooldown: typed.wait === '' ? null : { value: Number(typed.wait), unit: typed.unit },
    },
    top_up_limits: {
      max_per_hour: countOf(typed.perHour, undefined),
      max_units: countOf(typed.mostUnits, undefined),
      monthly_count: countOf(typed.monthlyCount, null),
      monthly_amount: typed.monthlyAmount === '' ? null : typed.monthlyAmount,
    },
  };
}
