import { useQuery } from '@tanstack/react-query';
import { useParams } from 'wouter';
import { creditsText, Credits, MoneyMinor } from '../parts/amounts';
import { StatusBadge } from '../parts/badge';
import { Copyable } from '../parts/copy';
import { Instant } from '../parts/instant';
import { Definitions, Page, Section } from '../parts/layout';
import { CustomerLink, IdLink } from '../parts/links';
import { Found } from '../parts/states';
import { Timeline } from '../parts/timeline';
import { plainWords, triggerWords } from '../parts/words';
import { api, dataOf, type Schemas } from '../session/api';
import { useMay } from '../session/session';
import { Attempts } from './top-up/attempts';
import { CancelTopUp } from './top-up/cancel-top-up';
import { Confirmation } from './top-up/confirmation';
import { courseOf, meaningOf } from './top-up/course';
import { RefundTopUp } from './top-up/refund-top-up';
import { Returns, useReturns } from './top-up/returns';
import { StateMachine } from './top-up/state-machine';

type TopUp = Schemas['TopUpResponse'];

/** One purchase: how it went, what it is connected with, and what can be done about it. */
export default function TopUpPage() {
  const { id } = useParams<{ id: string }>();
  const query = useQuery({
    queryKey: ['top-ups', id],
    queryFn: () => dataOf(api.GET('/v1/top-ups/{id}', { params: { path: { id } } })),
  });
  return <Found query={query}>{(topUp) => <Content topUp={topUp} />}</Found>;
}

function Content({ topUp }: { topUp: TopUp }) {
  const mayWrite = useMay('wallets:write');
  const returns = useReturns(topUp.id);
  const course = courseOf(topUp);
  return (
    <Page
      title={`Top-up of ${creditsText(topUp.credits)}`}
      actions={
        mayWrite && (
          <>
            <CancelTopUp topUp={topUp} />
            <RefundTopUp topUp={topUp} refunds={returns.data?.refunds ?? []} />
          </>
        )
      }
    >
      <p className="standing">
        <StatusBadge status={topUp.status} /> {meaningOf(topUp.status)}.
        {topUp.next_attempt_at && (
          <>
            {' '}
            Looked at again <Instant at={topUp.next_attempt_at} />.
          </>
        )}
      </p>
      <Confirmation topUp={topUp} />
      <Facts topUp={topUp} />
      <Section title="How it went">
        <StateMachine course={course} isInvoiced={topUp.invoicing} />
        <Timeline
          label="The way it has gone, from its beginning"
          moments={course.map(({ state, at, words, tone }, index) => ({
            id: `${index} ${state}`,
            at,
            title: words,
            tone,
          }))}
        />
      </Section>
      {topUp.attempts.length > 0 && <Attempts attempts={topUp.attempts} />}
      <Returns query={returns} />
    </Page>
  );
}

function Facts({ topUp }: { topUp: TopUp }) {
  const { currency } = topUp;
  return (
    <Definitions
      of={[
        ['Price', <MoneyMinor key="price" minor={topUp.price_minor} currency={currency} />],
        [
          'Of that, fee',
          topUp.fee_minor > 0 ? <MoneyMinor key="fee" minor={topUp.fee_minor} currency={currency} /> : undefined,
        ],
        ['Credits', <Credits key="credits" value={topUp.credits} />],
        ['Free on top', topUp.bonus_credits === '0' ? undefined : <Credits key="bonus" value={topUp.bonus_credits} />],
        ['Why', triggerWords(topUp.trigger)],
        ['Paid', paidBy(topUp)],
        ['Customer', <CustomerLink key="customer" id={topUp.customer_id} />],
        ['Wallet', <IdLink key="wallet" to="/wallets" id={topUp.wallet_id} />],
        ['Invoice', linkOf('/invoices', topUp.invoice_id)],
        ['Transaction', linkOf('/transactions', topUp.transaction_id)],
        [
          'Last problem',
          topUp.last_error_code === ''
            ? undefined
            : `${plainWords(topUp.last_error_code)}: ${topUp.last_error_message}`,
        ],
        [
          'Payment at the provider',
          topUp.payment_id ? <Copyable key="payment" text={topUp.payment_id} what="payment's id" /> : undefined,
        ],
        ['Id', <Copyable key="id" text={topUp.id} />],
      ]}
    />
  );
}

function paidBy({ invoicing, provider }: TopUp): string {
  if (invoicing) return 'By invoice';
  if (provider === null || provider === 'none') return 'Nothing is charged';
  return `By card, through ${provider}`;
}

function linkOf(to: string, id: string | null) {
  return id === null ? undefined : <IdLink key={to} to={to} id={id} />;
}
