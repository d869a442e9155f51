import { useState } from 'react';
import { creditsText, moneyText } from '../../parts/amounts';
import { ConfirmDialog } from '../../parts/dialog';
import { digitsOf, fromMinor } from '../../parts/digits';
import { AmountField, SelectField, TextField } from '../../parts/form';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';

type TopUp = Schemas['TopUpResponse'];
type Refund = Schemas['RefundResponse'];
type Part = 'rest' | 'unspent' | 'amount';
type OnSpent = 'refuse' | 'debt' | 'forgive';

const ON_SPENT: readonly (readonly [OnSpent, string])[] = [
  ['refuse', 'Refund nothing'],
  ['debt', 'The wallet owes them'],
  ['forgive', 'Let them go'],
];

/** Sends money of a charge back, and takes the credits that it bought. */
export function RefundTopUp({ topUp, refunds }: { topUp: TopUp; refunds: readonly Refund[] }) {
  const [isOpen, setOpen] = useState(false);
  const [part, setPart] = useState<Part>('rest');
  const [amount, setAmount] = useState('');
  const [onSpent, setOnSpent] = useState<OnSpent>('refuse');
  const [reason, setReason] = useState('');
  const { currency } = topUp;
  const words = (minor: bigint | number) => moneyText(fromMinor(String(minor), digitsOf(currency)), currency);
  const refunding = useAction({
    run: (_: void, key) =>
      dataOf(
        api.POST('/v1/top-ups/{id}/refund', {
          params: { path: { id: topUp.id } },
          body: { ...partOf(part, amount), on_spent: onSpent, reason: reason || null, idempotency_key: key },
        }),
      ),
    touches: ['top-ups', 'wallets', 'transactions', 'invoices', 'payments', 'analytics'],
    done: ({ status, amount_minor: minor, credits }) =>
      status === 'failed'
        ? `The provider refused to refund ${words(minor)}`
        : `${status === 'succeeded' ? 'Refunded' : 'Refunding'} ${words(minor)}; ${creditsText(credits)} taken`,
    onDone: () => setOpen(false),
  });
  const left = leftOf(topUp, refunds);
  if (topUp.status !== 'succeeded' || !topUp.payment_id || left <= 0n) return null;
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Refund
      </button>
      {isOpen && (
        <ConfirmDialog
          title={`Refund the top-up of ${creditsText(topUp.credits)}`}
          confirm={confirmWords(part, words(left), amount === '' ? undefined : moneyText(amount, currency))}
          isDangerous
          isPending={refunding.isPending}
          error={refunding.error}
          fields={['amount', 'on_spent', 'reason']}
          onConfirm={() => refunding.mutate()}
          onClose={() => setOpen(false)}
        >
          <SelectField
            name="part"
            label="How much"
            value={part}
            onChange={setPart}
            options={[
              ['rest', `All that is left of it: ${words(left)}`],
              ['unspent', 'The money of the unspent credits'],
              ['amount', 'An amount'],
            ]}
          />
          {part === 'amount' && (
            <AmountField
              name="amount"
              label={`Amount, ${currency.toUpperCase()}`}
              hint={`At most ${words(left)}.`}
              value={amount}
              onChange={setAmount}
            />
          )}
          {part !== 'unspent' && (
            <SelectField
              name="on_spent"
              label="If its credits have been spent"
              value={onSpent}
              onChange={setOnSpent}
              options={ON_SPENT}
            />
          )}
          <TextField name="reason" label="Reason" hint="For your own books." value={reason} onChange={setReason} />
          <p className="muted">
            The money goes back to the card, and as large a part of the credits is taken.
            {part !== 'amount' && ' Automatic top-up of this wallet is paused.'}
          </p>
        </ConfirmDialog>
      )}
    </>
  );
}

function partOf(part: Part, amount: string): Pick<Schemas['RefundTopUpRequest'], 'amount' | 'unspent'> {
  if (part === 'amount') return { amount };
  return part === 'unspent' ? { unspent: true } : {};
}

function confirmWords(part: Part, left: string, amount: string | undefined): string {
  if (part === 'rest') return `Refund ${left}`;
  return part === 'unspent' ? 'Refund the unspent part' : `Refund ${amount ?? 'an amount'}`;
}

/** Minor units that have not gone back, and are not on their way. */
function leftOf({ price_minor: price }: TopUp, refunds: readonly Refund[]): bigint {
  const gone = refunds.filter(({ status }) => status !== 'failed').map(({ amount_minor: minor }) => BigInt(minor));
  return gone.reduce((left, minor) => left - minor, BigInt(price));
}
