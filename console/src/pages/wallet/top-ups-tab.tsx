import { useState } from 'react';
import { Link } from 'wouter';
import { Credits, MoneyMinor } from '../../parts/amounts';
import { StatusBadge } from '../../parts/badge';
import { type Column, DataTable, usePaging } from '../../parts/data-table';
import { Instant } from '../../parts/instant';
import { Section } from '../../parts/layout';
import { problemWords, triggerWords } from '../../parts/words';
import type { Schemas } from '../../session/api';
import { useMay } from '../../session/session';
import { useTopUps } from './reads';
import { isRefundable, RefundDialog } from './refund-dialog';

type TopUp = Schemas['TopUpResponse'];

const COLUMNS: Column<TopUp>[] = [
  {
    head: 'When',
    cell: ({ id, created_at }) => (
      <Link href={`/top-ups/${id}`}>
        <Instant at={created_at} />
      </Link>
    ),
  },
  { head: 'Why', cell: ({ trigger }) => triggerWords(trigger) },
  { head: 'Credits', align: 'end', cell: ({ credits }) => <Credits value={credits} /> },
  {
    head: 'Price',
    align: 'end',
    cell: ({ price_minor, currency }) => <MoneyMinor minor={price_minor} currency={currency} />,
  },
  { head: 'State', cell: (topUp) => <State topUp={topUp} /> },
  { head: 'Paid by', cell: (topUp) => <PaidBy topUp={topUp} /> },
  { head: 'Settled', cell: ({ settled_at }) => <Instant at={settled_at} /> },
];

const REFUND: Column<TopUp> = { head: 'Actions', align: 'end', cell: (topUp) => <Refund topUp={topUp} /> };

/** What was bought for this wallet, and how that went. */
export function TopUpsTab({ wallet }: { wallet: Schemas['WalletDto'] }) {
  const paging = usePaging();
  return (
    <Section title="Top-ups">
      <DataTable
        caption="Top-ups"
        columns={useMay('wallets:write') ? [...COLUMNS, REFUND] : COLUMNS}
        rowKey={({ id }) => id}
        query={useTopUps(wallet.id, paging)}
        paging={paging}
        empty="Nothing was bought for this wallet yet."
      />
    </Section>
  );
}

function State({ topUp }: { topUp: TopUp }) {
  const { status, last_error_code: code, next_attempt_at: next } = topUp;
  return (
    <div className="stacked">
      <StatusBadge status={status} />
      {code !== '' && status !== 'succeeded' && <span className="muted">{problemWords(code)}</span>}
      {next !== null && status === 'retry_wait' && (
        <span className="muted">
          again <Instant at={next} />
        </span>
      )}
    </div>
  );
}

function PaidBy({ topUp: { invoicing, invoice_id: invoice } }: { topUp: TopUp }) {
  if (invoice === null) return <>{invoicing ? 'Invoice' : 'Card'}</>;
  return <Link href={`/invoices/${invoice}`}>{invoicing ? 'Invoice' : 'Card, invoice'}</Link>;
}

function Refund({ topUp }: { topUp: TopUp }) {
  const [isOpen, setOpen] = useState(false);
  if (!isRefundable(topUp)) return null;
  return (
    <>
      <button type="button" className="quiet" onClick={() => setOpen(true)}>
        Refund
      </button>
      {isOpen && <RefundDialog topUp={topUp} onClose={() => setOpen(false)} />}
    </>
  );
}
