import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useMemo } from 'react';
import { Credits, Money } from '../parts/amounts';
import type { Mark } from '../parts/chart';
import { CURVE_DAYS, curveStart } from '../parts/curve-start';
import { groupDigits } from '../parts/digits';
import { Instant } from '../parts/instant';
import { Figure, Figures, Section } from '../parts/layout';
import { Empty, Found, Loading } from '../parts/states';
import { dataOf, type Schemas } from '../session/api';
import { portalApi } from './portal-api';
import { useWallets } from './reads';

type Wallet = Schemas['WalletBalanceDto'];
type Lot = Schemas['LotDto'];

/** Loaded with the first chart: who has no wallet yet needs none. */
const Chart = lazy(async () => ({ default: (await import('../parts/chart')).Chart }));

const CURVE_POINTS = 60;
const MOST_LOTS = 100;
const MARKED: Readonly<Record<string, [words: string, tone: Mark['tone']]>> = {
  purchased: ['bought', 'good'],
  granted: ['received', 'info'],
  expired: ['expired', 'warn'],
};

/** What is there, how it went, and when what is left of it ends. */
export function Balance() {
  return (
    <Found query={useWallets()}>
      {(found) =>
        found.length === 0 ? (
          <Empty title="You have no credits yet." />
        ) : (
          found.map((wallet) => <OneWallet key={wallet.id} wallet={wallet} isOnly={found.length === 1} />)
        )
      }
    </Found>
  );
}

function OneWallet({ wallet, isOnly }: { wallet: Wallet; isOnly: boolean }) {
  const { id, name, currency, wallet_status: status } = wallet;
  const title = isOnly ? 'Your credits' : name || currency.toUpperCase();
  return (
    <Section title={title}>
      {status === 'frozen' && <p className="portal-note tone-warn">These credits are frozen for now.</p>}
      <Figures>
        <Figure label="Credits to spend">
          <Credits value={wallet.available_credit_balance ?? wallet.credit_balance} />
        </Figure>
        {wallet.held_credit_balance !== '0' && (
          <Figure label="Reserved by what is running">
            <Credits value={wallet.held_credit_balance} />
          </Figure>
        )}
        <Figure label="Worth">
          <Money value={wallet.balance} currency={currency} />
        </Figure>
      </Figures>
      <Curve wallet={wallet} />
      <Expiries walletId={id} />
    </Section>
  );
}

function Curve({ wallet: { id, created_at: openedAt } }: { wallet: Wallet }) {
  const curve = useQuery({
    queryKey: ['portal', 'curve', id],
    queryFn: () =>
      dataOf(
        portalApi.GET('/v1/customer/portal/wallets/{id}/curve', {
          params: { path: { id }, query: { points: CURVE_POINTS, from: curveStart(openedAt, CURVE_DAYS) } },
        }),
      ),
  });
  return <Found query={curve}>{(found) => <Drawn curve={found} />}</Found>;
}

function Drawn({ curve: { points, marks } }: { curve: Schemas['WalletCurveDto'] }) {
  const { at, series, shown } = useMemo(
    () => ({
      at: points.map((point) => point.at),
      series: [
        {
          label: 'Credits',
          kind: 'steps' as const,
          tone: 'info' as const,
          values: points.map(({ balance }) => balance),
        },
      ],
      shown: marks.flatMap((mark): Mark[] => {
        const [words, tone] = MARKED[mark.kind] ?? [];
        return words && tone ? [{ at: mark.at, tone, label: `${groupDigits(mark.credits)} ${words}` }] : [];
      }),
    }),
    [points, marks],
  );
  return (
    <Suspense fallback={<Loading />}>
      <Chart label={`Credits in the last ${CURVE_DAYS} days`} at={at} series={series} marks={shown} height={180} />
    </Suspense>
  );
}

function Expiries({ walletId }: { walletId: string }) {
  const lots = useQuery({
    queryKey: ['portal', 'lots', walletId],
    queryFn: () =>
      dataOf(
        portalApi.GET('/v1/customer/portal/wallets/{id}/lots', {
          params: { path: { id: walletId }, query: { status: 'open', limit: MOST_LOTS } },
        }),
      ),
  });
  return (
    <Found query={lots}>
      {({ items }) => {
        const ending = items.filter(({ expires_at: end }) => end !== null).toSorted(byEnd);
        if (ending.length === 0) return items.length > 0 && <p className="muted">Your credits do not expire.</p>;
        return (
          <>
            <h3>When they expire</h3>
            <ul className="portal-list">
              {ending.map((lot) => (
                <li key={lot.id}>
                  <span>
                    <Credits value={lot.remaining} unit /> {lot.source === 'purchased' ? 'bought' : 'received'}{' '}
                    <Instant at={lot.created_at} dayOnly />
                  </span>
                  <span>
                    <Instant at={lot.expires_at} dayOnly />
                  </span>
                </li>
              ))}
            </ul>
          </>
        );
      }}
    </Found>
  );
}

/** Instants of the API sort as they read. */
function byEnd({ expires_at: one }: Lot, { expires_at: other }: Lot): number {
  return String(one).localeCompare(String(other));
}
