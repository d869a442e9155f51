import { type ComponentType, useState } from 'react';
import { useParams } from 'wouter';
import { StatusBadge } from '../parts/badge';
import { Copyable } from '../parts/copy';
import { Page } from '../parts/layout';
import { Found } from '../parts/states';
import { CustomerLink } from '../parts/links';
import { Tabs } from '../parts/tabs';
import type { Schemas } from '../session/api';
import { useMay } from '../session/session';
import { AlertBadge } from './wallet/alert-history';
import { AddCreditsDialog } from './wallet/add-credits-dialog';
import { DebitDialog } from './wallet/debit-dialog';
import { HoldDialog } from './wallet/hold-dialogs';
import { HoldsTab } from './wallet/holds-tab';
import { LotsTab } from './wallet/lots-tab';
import { OverviewTab } from './wallet/overview-tab';
import { PaymentLinkDialog } from './wallet/payment-link-dialog';
import { useWallet } from './wallet/reads';
import { RuleTab } from './wallet/rule-tab';
import { SettingsTab } from './wallet/settings-tab';
import { StandingFigures } from './wallet/standing-figures';
import { TopUpsTab } from './wallet/top-ups-tab';
import { TransactionsTab } from './wallet/transactions-tab';
import { TransferDialog } from './wallet/transfer-dialog';

type Wallet = Schemas['WalletDto'];

/** A wallet: what it has, where that came from, and why it did, or did not, buy more. */
export default function WalletPage() {
  const { id, tab = '' } = useParams<{ id: string; tab?: string }>();
  return <Found query={useWallet(id)}>{(wallet) => <Shown key={wallet.id} wallet={wallet} tab={tab} />}</Found>;
}

/** Each has an address: the first one the wallet's own. */
const TABS: Readonly<Record<string, readonly [words: string, Content: ComponentType<{ wallet: Wallet }>]>> = {
  '': ['Overview', OverviewTab],
  credits: ['Credits', LotsTab],
  holds: ['Holds', HoldsTab],
  rule: ['Automatic top-up', RuleTab],
  'top-ups': ['Top-ups', TopUpsTab],
  transactions: ['Transactions', TransactionsTab],
  settings: ['Settings and alerts', SettingsTab],
};

function Shown({ wallet, tab }: { wallet: Wallet; tab: string }) {
  const [, Content] = TABS[tab] ?? ['', OverviewTab];
  return (
    <Page title={wallet.name || wallet.id} actions={<Moves wallet={wallet} />}>
      <div className="subtitle">
        <StatusBadge status={wallet.wallet_status} />
        {wallet.alert_state !== 'ok' && <AlertBadge state={wallet.alert_state} />}
        <CustomerLink id={wallet.customer_id} />
        <span className="muted">
          {wallet.wallet_type === 'PRE_PAID' ? 'Prepaid' : 'Postpaid'}, {wallet.currency.toUpperCase()}
        </span>
        <Copyable text={wallet.id} />
      </div>
      <StandingFigures wallet={wallet} />
      <Tabs
        label="Parts of this wallet"
        tabs={Object.entries(TABS).map(([key, [words]]) => [addressOf(wallet.id, key), words])}
      />
      <Content wallet={wallet} />
    </Page>
  );
}

function addressOf(id: string, tab: string): string {
  return tab === '' ? `/wallets/${id}` : `/wallets/${id}/${tab}`;
}

const DIALOGS = {
  add: AddCreditsDialog,
  debit: DebitDialog,
  hold: HoldDialog,
  link: PaymentLinkDialog,
  transfer: TransferDialog,
};

/** What moves credits of this wallet; nothing does of one that is closed, and only grants reach a frozen one. */
function Moves({ wallet }: { wallet: Wallet }) {
  const [shown, show] = useState<keyof typeof DIALOGS | null>(null);
  if (!useMay('wallets:write') || wallet.wallet_status === 'closed') return null;
  const Shown = shown && DIALOGS[shown];
  return (
    <>
      {wallet.wallet_status === 'active' && (
        <>
          <button type="button" onClick={() => show('transfer')}>
            Transfer
          </button>
          <button type="button" onClick={() => show('hold')}>
            Hold
          </button>
          <button type="button" onClick={() => show('debit')}>
            Debit
          </button>
          <button type="button" onClick={() => show('link')}>
            Link to pay
          </button>
        </>
      )}
      <button type="button" className="primary" onClick={() => show('add')}>
        Add credits
      </button>
      {Shown && <Shown wallet={wallet} onClose={() => show(null)} />}
    </>
  );
}
