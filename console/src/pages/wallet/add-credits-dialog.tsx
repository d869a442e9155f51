import { useState } from 'react';
import { creditsText, moneyText } from '../../parts/amounts';
import { CountField, countOf } from '../../parts/count-field';
import { isDecimal, times } from '../../parts/decimals';
import { ConfirmDialog } from '../../parts/dialog';
import { AmountField, SelectField, TextField } from '../../parts/form';
import { InstantField } from '../../parts/instant-field';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';
import { priceOf } from './rule-words';

type Wallet = Schemas['WalletDto'];
type Reason = Schemas['TopUpWalletDto']['transaction_reason'];

const KINDS = [
  ['FREE_CREDIT_GRANT', 'Free: nothing is charged'],
  ['PURCHASED_CREDIT_DIRECT', 'Purchased: paid for already'],
  ['PURCHASED_CREDIT_INVOICED', 'Purchased by invoice: they come when it is paid'],
] as const satisfies readonly (readonly [Reason, string])[];
type Kind = (typeof KINDS)[number][0];

const FIELDS = [
  'credits_to_add',
  'bonus_credits_to_add',
  'expiry_date_utc',
  'priority',
  'idempotency_key',
  'description',
];
const EMPTY = { credits: '', bonus: '', expiresAt: '', priority: '', reference: '', description: '' };

/** Grants credits, books bought ones, or has an invoice written; says what they are worth while the number is typed. */
export function AddCreditsDialog({ wallet, onClose }: { wallet: Wallet; onClose: () => void }) {
  const [kind, setKind] = useState<Kind>('FREE_CREDIT_GRANT');
  const [typed, setTyped] = useState(EMPTY);
  const { id } = wallet;
  const field = (name: keyof typeof EMPTY) => ({
    value: typed[name],
    onChange: (value: string) => setTyped((before) => ({ ...before, [name]: value })),
  });
  const isFree = kind === 'FREE_CREDIT_GRANT';
  const adding = useAction({
    run: (_input, key) => {
      const body = bodyOf(kind, typed, key);
      return dataOf(api.POST('/v1/wallets/{id}/top-up', { params: { path: { id } }, body }));
    },
    touches: ['wallets', 'top-ups', 'invoices', 'analytics'],
    done: ({ invoice_id: invoice }) =>
      `${creditsText(typed.credits)} ${invoice === null ? 'added' : 'wait for an invoice to be paid'}`,
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title="Add credits"
      confirm={confirmWords(kind, typed.credits)}
      isPending={adding.isPending}
      error={adding.error}
      fields={FIELDS}
      onConfirm={() => adding.mutate()}
      onClose={onClose}
    >
      <SelectField name="transaction_reason" label="What they are" options={KINDS} value={kind} onChange={setKind} />
      <AmountField
        name="credits_to_add"
        label="Credits"
        hint={worthWords(typed.credits, wallet, isFree) ?? 'What they are worth is said here'}
        {...field('credits')}
      />
      {!isFree && (
        <AmountField name="bonus_credits_to_add" label="Free credits on top (optional)" {...field('bonus')} />
      )}
      <div className="side-by-side">
        <InstantField name="expiry_date_utc" label="They expire" hint="Empty: never" {...field('expiresAt')} />
        <CountField name="priority" label="Priority" hint="Lower is spent first; empty last" {...field('priority')} />
      </div>
      <TextField
        name="idempotency_key"
        label="Reference (optional)"
        hint="Credits with the same reference are added once, however often that is asked for"
        {...field('reference')}
      />
      <TextField name="description" label="Description (optional)" {...field('description')} />
    </ConfirmDialog>
  );
}

function bodyOf(kind: Kind, typed: typeof EMPTY, key: string): Schemas['TopUpWalletDto'] {
  return {
    transaction_reason: kind,
    credits_to_add: typed.credits,
    bonus_credits_to_add: kind === 'FREE_CREDIT_GRANT' || typed.bonus === '' ? null : typed.bonus,
    expiry_date_utc: typed.expiresAt || null,
    priority: countOf(typed.priority, null),
    idempotency_key: typed.reference || key,
    description: typed.description || null,
  };
}

/** What they are worth when spent; of bought ones also what they cost, where that is another number. */
function worthWords(credits: string, wallet: Wallet, isFree: boolean): string | undefined {
  if (!isDecimal(credits)) return undefined;
  const worth = `Worth ${moneyText(times(credits, wallet.conversion_rate), wallet.currency)}`;
  return isFree ? worth : `${worth}, bought for ${moneyText(priceOf(credits, wallet), wallet.currency)}`;
}

function confirmWords(kind: Kind, credits: string): string {
  const amount = isDecimal(credits) ? creditsText(credits) : 'credits';
  if (kind === 'PURCHASED_CREDIT_INVOICED') return `Invoice ${amount}`;
  return `${kind === 'FREE_CREDIT_GRANT' ? 'Grant' : 'Add'} ${amount}`;
}
