import { useMemo } from 'react';
import { Credits, moneyText } from '../../parts/amounts';
import { Chart, type Series } from '../../parts/chart';
import { plus, times } from '../../parts/decimals';
import { Figure, Figures, Section } from '../../parts/layout';
import type { Schemas } from '../../session/api';
import { daysOf, flowOf, noonOf, stockOf } from './days';
import { TitledChart } from './titled-chart';

type CreditsOverview = Schemas['CreditsOverviewDto'];
type Day = CreditsOverview['days'][number];

const CHART_PX = 190;

interface Props {
  credits: CreditsOverview;
  from: string;
  to: string;
  /** Then there is nothing to tell it from. */
  isOnly: boolean;
}

/** Wallets whose credits are worth the same: what customers have left, and what days brought and took. */
export function CreditsFigures({ credits, from, to, isOnly }: Props) {
  const { currency, conversion_rate: rate, days } = credits;
  const total = (amount: (day: Day) => string) => <Credits value={days.map(amount).reduce(plus, '0')} />;
  const worth = (value: string) => `worth ${moneyText(times(value, rate), currency)}`;
  const title = isOnly ? 'Credits' : `Credits of ${moneyText(rate, currency)} each`;
  return (
    <Section title={title}>
      <Figures>
        <Figure label="Bought, unspent" note={worth(credits.outstanding_purchased)}>
          <Credits value={credits.outstanding_purchased} />
        </Figure>
        <Figure label="Free, unspent" note={worth(credits.outstanding_free)}>
          <Credits value={credits.outstanding_free} />
        </Figure>
        <Figure label="Spent" note="in this period">
          {total((day) => day.spent)}
        </Figure>
        <Figure label="Bought" note="in this period">
          {total((day) => day.purchased)}
        </Figure>
        <Figure label="Granted" note="in this period">
          {total((day) => day.granted)}
        </Figure>
        <Figure label="Expired" note="in this period">
          {total((day) => day.expired)}
        </Figure>
      </Figures>
      <CreditsCharts credits={credits} from={from} to={to} />
    </Section>
  );
}

function CreditsCharts({ credits, from, to }: Omit<Props, 'isOnly'>) {
  const { at, spent, left, came } = useMemo(() => seriesOf(credits, from, to), [credits, from, to]);
  return (
    <div className="charts">
      <TitledChart title="Credits spent each day">
        <Chart label="Credits spent each day" at={at} series={spent} height={CHART_PX} isDaily />
      </TitledChart>
      <TitledChart title="Credits that customers have left">
        <Chart label="Credits that customers have left" at={at} series={left} height={CHART_PX} isDaily />
      </TitledChart>
      <TitledChart title="Credits bought, granted and expired each day">
        <Chart label="Credits bought, granted and expired" at={at} series={came} height={CHART_PX} isDaily />
      </TitledChart>
    </div>
  );
}

function seriesOf(
  { days: booked, outstanding_purchased, outstanding_free }: CreditsOverview,
  from: string,
  to: string,
) {
  const days = daysOf(from, to);
  const flow = (label: string, kind: Series['kind'], tone: Series['tone'], amount: (day: Day) => string): Series => ({
    label,
    kind,
    tone,
    values: flowOf(days, booked, amount),
  });
  const stock = (label: string, tone: Series['tone'], amount: (day: Day) => string, atEnd: string): Series => ({
    label,
    kind: 'steps',
    tone,
    values: stockOf(days, booked, amount, atEnd),
  });
  return {
    at: days.map(noonOf),
    spent: [flow('Spent', 'bars', 'info', (day) => day.spent)],
    left: [
      stock('Bought', 'info', (day) => day.outstanding_purchased, outstanding_purchased),
      stock('Free', 'good', (day) => day.outstanding_free, outstanding_free),
    ],
    came: [
      flow('Bought', 'line', 'info', (day) => day.purchased),
      flow('Granted', 'line', 'good', (day) => day.granted),
      flow('Expired', 'line', 'bad', (day) => day.expired),
    ],
  };
}
