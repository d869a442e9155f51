import { Credits, Money } from '../../parts/amounts';
import { isZero, times } from '../../parts/decimals';
import { groupDigits } from '../../parts/digits';
import { Instant } from '../../parts/instant';
import { Figure, Figures } from '../../parts/layout';
import { Found } from '../../parts/states';
import type { Schemas } from '../../session/api';
import { useBalance, useForecast } from './reads';

type Wallet = Schemas['WalletDto'];

/** What the wallet has now, in credits and in money, and for how long that lasts. */
export function StandingFigures({ wallet }: { wallet: Wallet }) {
  const balance = useBalance(wallet.id);
  const worth = (credits: string) => (
    <Money value={times(credits, wallet.conversion_rate)} currency={wallet.currency} />
  );
  return (
    <Found query={balance}>
      {({ available, held, posted, debt, purchased, free }) => (
        <Figures>
          <Figure label="Available" note={worth(available)}>
            <Credits value={available} />
          </Figure>
          <Figure label="On hold" note={worth(held ?? '0')}>
            <Credits value={held} />
          </Figure>
          <Figure label="Posted" note={worth(posted)}>
            <Credits value={posted} />
          </Figure>
          <Figure label="Purchased" note={worth(purchased.available)}>
            <Credits value={purchased.available} />
          </Figure>
          <Figure label="Free" note={worth(free.available)}>
            <Credits value={free.available} />
          </Figure>
          {(!isZero(debt) || !isZero(wallet.overdraft_limit)) && (
            <Figure label="Debt" note={`of ${groupDigits(wallet.overdraft_limit)} allowed`}>
              <Credits value={debt} />
            </Figure>
          )}
          <Runway walletId={wallet.id} />
        </Figures>
      )}
    </Found>
  );
}

/** The longest stretch in which something was spent tells best. */
function Runway({ walletId }: { walletId: string }) {
  const { data } = useForecast(walletId);
  const rate = data?.rates.toReversed().find(({ debited_credits: debited }) => !isZero(debited));
  if (!data) return <Figure label="Runs out">…</Figure>;
  if (!rate) {
    return (
      <Figure label="Runs out" note="Nothing was spent in 30 days">
        –
      </Figure>
    );
  }
  const lost = isZero(rate.expiring_credits) ? '' : `; ${groupDigits(rate.expiring_credits)} expire before`;
  return (
    <Figure
      label="Runs out"
      note={
        <>
          {rate.runs_out_at !== null && (
            <>
              <Instant at={rate.runs_out_at} dayOnly />,{' '}
            </>
          )}
          {groupDigits(trimmed(rate.credits_per_day))} a day{lost}
        </>
      }
    >
      {rate.runs_out_at === null ? 'not soon' : daysWords(data.at, rate.runs_out_at)}
    </Figure>
  );
}

/** How long it is from one instant to another. */
function daysWords(from: string, to: string): string {
  const days = Math.floor((Date.parse(to) - Date.parse(from)) / 86_400_000);
  if (days < 1) return 'within a day';
  return days === 1 ? 'in 1 day' : `in ${groupDigits(String(days))} days`;
}

/** A speed is an estimate: two digits behind the point are enough to see. */
function trimmed(decimal: string): string {
  return decimal.replace(/(\.\d\d)\d+$/, '$1').replace(/\.0+$/, '');
}
