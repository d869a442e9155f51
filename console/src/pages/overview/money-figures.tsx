import { useMemo } from 'react';
import { Money } from '../../parts/amounts';
import { Chart, type Series } from '../../parts/chart';
import { minus } from '../../parts/decimals';
import { Figure, Figures, Section } from '../../parts/layout';
import type { Schemas } from '../../session/api';
import { daysOf, flowOf, noonOf } from './days';
import { TitledChart } from './titled-chart';

const CHART_PX = 190;

interface Props {
  money: Schemas['MoneyOverviewDto'];
  from: string;
  to: string;
}

/** What purchases brought in one currency, and what went back: money of two is never one number. */
export function MoneyFigures({ money, from, to }: Props) {
  const { currency, amount, returned } = money;
  const code = currency.toUpperCase();
  const { at, series } = useMemo(() => seriesOf(money, from, to), [money, from, to]);
  const label = `Money in and back each day, ${code}`;
  return (
    <Section title={`Money, ${code}`}>
      <Figures>
        <Figure label="From purchases in this period" note="taxes and fees included">
          <Money value={amount} currency={currency} />
        </Figure>
        <Figure
          label="Went back"
          note={returned === null ? 'too much to add up for so many days' : 'refunds, and disputes that were lost'}
        >
          <Money value={returned} currency={currency} />
        </Figure>
        {returned !== null && (
          <Figure label="Stayed">
            <Money value={minus(amount, returned)} currency={currency} />
          </Figure>
        )}
      </Figures>
      <div className="charts">
        <TitledChart title={label}>
          <Chart label={label} at={at} series={series} height={CHART_PX} isDaily />
        </TitledChart>
      </div>
    </Section>
  );
}

function seriesOf({ days: moved }: Props['money'], from: string, to: string) {
  const days = daysOf(from, to);
  const series: Series[] = [
    { label: 'In', kind: 'bars', tone: 'good', values: flowOf(days, moved, ({ amount }) => amount) },
    { label: 'Back', kind: 'line', tone: 'bad', values: flowOf(days, moved, ({ returned }) => returned ?? '0') },
  ];
  return { at: days.map(noonOf), series };
}
