import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { creditsText, MoneyMinor, moneyText } from '../../parts/amounts';
import { isDecimal } from '../../parts/decimals';
import { ConfirmDialog } from '../../parts/dialog';
import { AmountField, CheckField } from '../../parts/form';
import { LinkToSend, RETURN_FIELDS, type ReturnAddresses, ReturnAddressFields } from '../../parts/link-to-send';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';
import { priceOf } from './rule-words';

type Session = Schemas['CheckoutSessionDto'];

/** A page of the payment provider's on which a customer buys credits: nothing is charged, and none come, before they have paid there. */
export function PaymentLinkDialog({ wallet, onClose }: { wallet: Schemas['WalletDto']; onClose: () => void }) {
  const { id } = wallet;
  const [credits, setCredits] = useState('');
  const [savesCard, setSavesCard] = useState(false);
  const [addresses, setAddresses] = useState<ReturnAddresses>({ success_url: '', cancel_url: '' });
  const making = useAction({
    run: (_input, key) =>
      dataOf(
        api.POST('/v1/wallets/{id}/top-up', {
          params: { path: { id } },
          body: {
            transaction_reason: 'PURCHASED_CREDIT_INVOICED',
            credits_to_add: credits,
            idempotency_key: key,
            checkout: { ...addresses, save_card: savesCard },
          },
        }),
      ),
    touches: ['top-ups', 'wallets', 'invoices', 'analytics'],
    done: 'Made a link',
  });
  const session = making.data?.checkout_session;
  if (session) return <Made session={session} onClose={onClose} />;
  const isNumber = isDecimal(credits);
  return (
    <ConfirmDialog
      title="A link to pay"
      confirm={isNumber ? `Make a link to ${creditsText(credits)}` : 'Make a link'}
      isPending={making.isPending}
      error={making.error}
      fields={['credits_to_add', ...RETURN_FIELDS]}
      onConfirm={() => making.mutate()}
      onClose={onClose}
    >
      <p>The customer pays on a page of the payment provider’s. The credits come when they have.</p>
      <AmountField
        name="credits_to_add"
        label="Credits"
        hint={
          isNumber
            ? `For ${moneyText(priceOf(credits, wallet), wallet.currency)}, and the fee where one is set`
            : 'What they cost is said here'
        }
        value={credits}
        onChange={setCredits}
      />
      <CheckField
        name="save_card"
        label="Put the card on file for later top-ups, in place of the one that is"
        checked={savesCard}
        onChange={setSavesCard}
      />
      <ReturnAddressFields value={addresses} onChange={setAddresses} />
    </ConfirmDialog>
  );
}

function Made({ session: { id, payment_action: action }, onClose }: { session: Session; onClose: () => void }) {
  const topUp = useQuery({
    queryKey: ['top-ups', id],
    queryFn: () => dataOf(api.GET('/v1/top-ups/{id}', { params: { path: { id } } })),
  }).data;
  return (
    <LinkToSend title="A link to pay" url={topUp?.action_url ?? action?.url ?? null} onClose={onClose}>
      {topUp && (
        <>
          <MoneyMinor minor={topUp.price_minor} currency={topUp.currency} /> for {creditsText(topUp.credits)}.{' '}
        </>
      )}
      It is good for 24 hours and one payment; until then nothing else is bought for this wallet.{' '}
      <Link href={`/top-ups/${id}`}>The top-up</Link> says how it stands, and can be canceled.
    </LinkToSend>
  );
}
