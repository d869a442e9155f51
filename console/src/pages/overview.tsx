import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import { Page } from '../parts/layout';
import { Found } from '../parts/states';
import { api, dataOf } from '../session/api';
import { useSession } from '../session/session';
import { Attention } from './overview/attention';
import { CreditsFigures } from './overview/credits-figures';
import { lastDays } from './overview/days';
import { MoneyFigures } from './overview/money-figures';
import { Outcomes } from './overview/outcomes';

const PERIODS = [7, 30, 90, 365] as const;
const DEFAULT_DAYS = 30;

/** How an environment does: what needs a person first, then figures by currency. */
export default function OverviewPage() {
  const { environment } = useSession();
  const [days, choose] = usePeriod();
  const { from, to } = lastDays(days);
  const query = useQuery({
    queryKey: ['analytics', 'overview', from, to],
    queryFn: () => dataOf(api.GET('/v1/analytics/overview', { params: { query: { from, to } } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Page title="Overview" actions={<PeriodSelect days={days} onChange={choose} />}>
      <Found query={query}>
        {(found) => (
          <>
            <Attention attention={found.attention} from={found.from} />
            {found.credits.map((credits) => (
              <CreditsFigures
                key={`${credits.currency} ${credits.conversion_rate}`}
                credits={credits}
                from={found.from}
                to={found.to}
                isOnly={found.credits.length === 1}
              />
            ))}
            {found.money.map((money) => (
              <MoneyFigures key={money.currency} money={money} from={found.from} to={found.to} />
            ))}
            <Outcomes outcomes={found.top_ups} from={found.from} />
            {found.credits.length === 0 && (
              <p className="muted">
                There are no wallets in {environment.name} yet: figures come with the first credits.
              </p>
            )}
          </>
        )}
      </Found>
    </Page>
  );
}

function PeriodSelect({ days, onChange }: { days: number; onChange: (days: number) => void }) {
  return (
    <select aria-label="Period" value={days} onChange={(event) => onChange(Number(event.target.value))}>
      {PERIODS.map((one) => (
        <option key={one} value={one}>
          {one === 365 ? 'Last year' : `Last ${one} days`}
        </option>
      ))}
    </select>
  );
}

function usePeriod(): [number, (days: number) => void] {
  const [params, setParams] = useSearchParams();
  const asked = Number(params.get('days'));
  const days = PERIODS.find((one) => one === asked) ?? DEFAULT_DAYS;
  return [days, (next) => setParams(next === DEFAULT_DAYS ? {} : { days: String(next) })];
}
