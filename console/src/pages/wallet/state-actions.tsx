import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import { creditsText, moneyText } from '../../parts/amounts';
import { compare, times } from '../../parts/decimals';
import { ConfirmDialog } from '../../parts/dialog';
import { Section } from '../../parts/layout';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';
import { useBalance } from './reads';

type Wallet = Schemas['WalletDto'];
interface DialogProps {
  wallet: Wallet;
  onClose: () => void;
}

const DIALOGS = { freeze: FreezeDialog, convert: ConvertDialog, terminate: TerminateDialog };
const TOUCHES = ['wallets', 'customers', 'top-ups', 'analytics'];

/** What changes the wallet as a whole. */
export function StateActions({ wallet }: { wallet: Wallet }) {
  const [shown, show] = useState<keyof typeof DIALOGS | null>(null);
  const Shown = shown && DIALOGS[shown];
  return (
    <Section title="The wallet as a whole">
      <div className="card actions">
        <button type="button" onClick={() => show('freeze')}>
          {wallet.wallet_status === 'frozen' ? 'Unfreeze' : 'Freeze'}
        </button>
        {wallet.wallet_type === 'PRE_PAID' && (
          <button type="button" onClick={() => show('convert')}>
            Convert to postpaid
          </button>
        )}
        <button type="button" className="danger" onClick={() => show('terminate')}>
          Terminate
        </button>
      </div>
      {Shown && <Shown wallet={wallet} onClose={() => show(null)} />}
    </Section>
  );
}

function FreezeDialog({ wallet, onClose }: DialogProps) {
  const isFrozen = wallet.wallet_status === 'frozen';
  const params = { params: { path: { id: wallet.id } } };
  const changing = useAction({
    run: () =>
      dataOf(isFrozen ? api.POST('/v1/wallets/{id}/unfreeze', params) : api.POST('/v1/wallets/{id}/freeze', params)),
    touches: TOUCHES,
    done: isFrozen ? 'The wallet is active again' : 'The wallet is frozen',
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title={isFrozen ? 'Unfreeze this wallet?' : 'Freeze this wallet?'}
      confirm={isFrozen ? 'Unfreeze' : 'Freeze'}
      isPending={changing.isPending}
      error={changing.error}
      onConfirm={() => changing.mutate()}
      onClose={onClose}
    >
      <p>
        {isFrozen
          ? 'Debits, holds and automatic top-ups go on; if the balance is low, the rule may buy at once.'
          : 'Debits and holds are refused, and nothing is bought automatically, until somebody unfreezes it. Credits are still accepted.'}
      </p>
    </ConfirmDialog>
  );
}

function ConvertDialog({ wallet, onClose }: DialogProps) {
  const [, go] = useLocation();
  const converting = useAction({
    run: (_input, key) =>
      dataOf(
        api.POST('/v1/wallets/{id}/modify', {
          params: { path: { id: wallet.id } },
          body: { modification_type: 'prepaid_to_postpaid', idempotency_key: key },
        }),
      ),
    touches: TOUCHES,
    done: 'Converted: this is the new wallet',
    onDone: ({ new_wallet: { id } }) => {
      onClose();
      go(`/wallets/${id}`);
    },
  });
  return (
    <ConfirmDialog
      title="Convert to postpaid?"
      confirm="Convert"
      isDangerous
      isPending={converting.isPending}
      error={converting.error}
      onConfirm={() => converting.mutate()}
      onClose={onClose}
    >
      <p>
        This wallet is closed, and a postpaid one takes its place with {creditsText(wallet.credit_balance)}. It has
        another id. There is no way back.
      </p>
    </ConfirmDialog>
  );
}

function TerminateDialog({ wallet, onClose }: DialogProps) {
  const balance = useBalance(wallet.id).data;
  const terminating = useAction({
    run: () => dataOf(api.POST('/v1/wallets/{id}/terminate', { params: { path: { id: wallet.id } } })),
    touches: TOUCHES,
    done: 'The wallet is closed',
    onDone: onClose,
  });
  const isAnyLeft = balance !== undefined && compare(balance.posted, '0') > 0;
  return (
    <ConfirmDialog
      title="Terminate this wallet?"
      confirm={isAnyLeft ? `Take ${creditsText(balance.posted)}, and close` : 'Close for good'}
      isDangerous
      isPending={terminating.isPending || balance === undefined}
      error={terminating.error}
      onConfirm={() => terminating.mutate()}
      onClose={onClose}
    >
      {isAnyLeft ? (
        <p>
          {creditsText(balance.posted)} are left, worth{' '}
          {moneyText(times(balance.posted, wallet.conversion_rate), wallet.currency)}: {balance.purchased.posted}{' '}
          purchased, {balance.free.posted} free. They are taken, and no money is refunded. To send money back, refund
          the <Link href={`/wallets/${wallet.id}/top-ups`}>top-ups</Link> first.
        </p>
      ) : (
        <p>Nothing is left in it.</p>
      )}
      <p>A closed wallet stays closed. Its transactions can still be read.</p>
    </ConfirmDialog>
  );
}
