import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { Badge, type Tone } from '../../parts/badge';
import { Instant } from '../../parts/instant';
import { Section } from '../../parts/layout';
import { CustomerLink } from '../../parts/links';
import { capital, plainWords, problemWords } from '../../parts/words';
import { api, dataOf, type Schemas } from '../../session/api';

type Kind = Schemas['AttentionDto']['kind'];
type Item = Schemas['AttentionItemDto'];

const COUNTED = 1000;
const SHOWN = 5;

interface About {
  title: string;
  tone: Tone;
  /** Where all of them are, if a page lists them. */
  all?: (from: string) => string;
  /** Where one leads; to its wallet where that is the thing to look at. */
  to: (item: Item) => string;
}

const toTopUp = ({ id }: Item) => `/top-ups/${id}`;
const toWallet = ({ wallet_id }: Item) => `/wallets/${wallet_id}`;

const ABOUT: Record<Kind, About> = {
  top_up_unknown: {
    title: 'Nobody knows yet whether it was charged',
    tone: 'bad',
    all: () => '/top-ups?status=unknown',
    to: toTopUp,
  },
  rule_paused: { title: 'Automatic top-up is paused', tone: 'bad', to: toWallet },
  dispute_open: { title: 'Payment disputed', tone: 'bad', to: toWallet },
  invoice_overdue: { title: 'Invoice overdue', tone: 'bad', all: () => '/top-ups?status=overdue', to: toTopUp },
  top_up_failed: {
    title: 'Top-up failed in this period',
    tone: 'bad',
    all: (from) => `/top-ups?status=failed&from=${from}`,
    to: toTopUp,
  },
  top_up_requires_action: {
    title: 'The cardholder has to confirm',
    tone: 'warn',
    all: () => '/top-ups?status=requires_action',
    to: toTopUp,
  },
  wallet_near_empty: { title: 'Wallet near empty', tone: 'warn', to: toWallet },
  invoice_unpaid: {
    title: 'Invoice not paid yet',
    tone: 'info',
    all: () => '/top-ups?status=awaiting_payment',
    to: toTopUp,
  },
};
const KINDS = Object.keys(ABOUT) as Kind[];

/** What needs a person, the worst first: how many, and the newest of each. */
export function Attention({ attention, from }: { attention: Schemas['AttentionDto'][]; from: string }) {
  const differences = useOpenDifferences();
  const open = KINDS.flatMap((kind) => attention.filter((one) => one.kind === kind && one.count > 0));
  const isQuiet = open.length === 0 && differences?.pagination.total === 0;
  return (
    <Section title="What needs a person">
      {isQuiet && (
        <p className="all-well">Nothing: no rule is paused, no payment is open to question, no invoice is due.</p>
      )}
      <div className="attention">
        {open.map(({ kind, count, items }) => (
          <Matter
            key={kind}
            {...ABOUT[kind]}
            count={count >= COUNTED ? `${COUNTED}+` : String(count)}
            all={ABOUT[kind].all?.(from)}
          >
            {items.map((item) => (
              <li key={`${item.id} ${item.reason}`}>
                <CustomerLink id={item.customer_id} />
                <Link href={ABOUT[kind].to(item)}>{reasonOf(item)}</Link>
                <span className="muted">
                  <Instant at={item.at} />
                </span>
              </li>
            ))}
          </Matter>
        ))}
        {differences && differences.pagination.total > 0 && (
          <Matter
            title="Provider and ledger disagree"
            tone="bad"
            count={String(differences.pagination.total)}
            all="/reconciliation"
          >
            {differences.items.map(({ id, kind, customer_id: customerId, occurred_at: at }) => (
              <li key={id}>
                {customerId ? <CustomerLink id={customerId} /> : <span className="muted">No customer</span>}
                <Link href="/reconciliation">{capital(plainWords(kind))}</Link>
                <span className="muted">
                  <Instant at={at} />
                </span>
              </li>
            ))}
          </Matter>
        )}
      </div>
    </Section>
  );
}

function Matter({
  title,
  tone,
  count,
  all,
  children,
}: {
  title: string;
  tone: Tone;
  count: string;
  all: string | undefined;
  children: ReactNode;
}) {
  return (
    <section className="card matter" aria-label={title}>
      <div className="matter-head">
        <h3>{title}</h3>
        <Badge tone={tone}>{count}</Badge>
      </div>
      <ul>{children}</ul>
      {all && <Link href={all}>Show all</Link>}
    </section>
  );
}

function reasonOf({ reason }: Item): string {
  return reason === '' ? 'See it' : capital(problemWords(reason));
}

function useOpenDifferences() {
  return useQuery({
    queryKey: ['reconciliation', 'differences', 'open', SHOWN],
    queryFn: () =>
      dataOf(api.GET('/v1/reconciliation/differences', { params: { query: { state: 'open', limit: SHOWN } } })),
  }).data;
}
