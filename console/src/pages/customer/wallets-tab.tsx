import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { Credits, Money } from '../../parts/amounts';
import { StatusBadge } from '../../parts/badge';
import { type Column, DataTable, usePaging } from '../../parts/data-table';
import { Section } from '../../parts/layout';
import { Empty } from '../../parts/states';
import { api, dataOf, type Schemas } from '../../session/api';
import { useMay } from '../../session/session';
import { ruleWords } from '../wallet/rule-words';
import { NewWalletDialog } from './new-wallet-dialog';

type Wallet = Schemas['WalletDto'];

const COLUMNS: Column<Wallet>[] = [
  { head: 'Wallet', cell: ({ id, name }) => <Link href={`/wallets/${id}`}>{name || id}</Link> },
  { head: 'State', cell: ({ wallet_status }) => <StatusBadge status={wallet_status} /> },
  { head: 'Credits', align: 'end', cell: ({ credit_balance }) => <Credits value={credit_balance} /> },
  { head: 'On hold', align: 'end', cell: ({ held_credits }) => <Credits value={held_credits} /> },
  { head: 'Worth', align: 'end', cell: ({ balance, currency }) => <Money value={balance} currency={currency} /> },
  {
    head: 'Automatic top-up',
    cell: (wallet) => (wallet.auto_topup?.enabled ? ruleWords(wallet) : <span className="muted">off</span>),
  },
];

/** Wallets of a customer, closed ones too. */
export function WalletsTab({ customer: { id } }: { customer: Schemas['CustomerDto'] }) {
  const paging = usePaging();
  const { limit, offset } = paging;
  const wallets = useQuery({
    queryKey: ['wallets', { customer: id, limit, offset }],
    queryFn: () => dataOf(api.POST('/v1/wallets/search', { body: { customer_id: id, limit, offset } })),
  });
  return (
    <Section title="Wallets" actions={<NewWallet customerId={id} />}>
      <DataTable
        caption="Wallets"
        columns={COLUMNS}
        rowKey={(wallet) => wallet.id}
        query={wallets}
        paging={paging}
        empty={
          <Empty title="This customer has no wallet.">
            <p>A wallet holds credits of one currency.</p>
          </Empty>
        }
      />
    </Section>
  );
}

function NewWallet({ customerId }: { customerId: string }) {
  const [isOpen, setOpen] = useState(false);
  if (!useMay('wallets:write')) return null;
  return (
    <>
      <button type="button" className="primary" onClick={() => setOpen(true)}>
        New wallet
      </button>
      {isOpen && <NewWalletDialog customerId={customerId} onClose={() => setOpen(false)} />}
    </>
  );
}
