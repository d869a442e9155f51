import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import type { Tone } from '../../parts/badge';
import { Chart, type Mark, type Series } from '../../parts/chart';
import { groupDigits } from '../../parts/digits';
import { Section } from '../../parts/layout';
import { Found } from '../../parts/states';
import { reasonWords } from '../../parts/words';
import type { Schemas } from '../../session/api';
import { CURVE_DAYS } from '../../parts/curve-start';
import { useCurve } from './reads';

type Curve = Schemas['WalletCurveDto'];

const PERIODS = [
  ['1', 'A day'],
  ['7', '7 days'],
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', 'A year'],
] as const;
const DEFAULT_DAYS = String(CURVE_DAYS);
const TONES: Readonly<Record<string, Tone>> = {
  purchased: 'info',
  granted: 'good',
  expired: 'warn',
  taken_back: 'bad',
};

/** The balance over time; debits as bars, everything else that happened as lines across. */
export function BalanceChart({ wallet }: { wallet: Schemas['WalletDto'] }) {
  const [params, setParams] = useSearchParams();
  const days = PERIODS.find(([period]) => period === params.get('days'))?.[0] ?? DEFAULT_DAYS;
  const curve = useCurve(wallet, Number(days));
  return (
    <Section
      title="Balance over time"
      actions={
        <select
          aria-label="Period"
          value={days}
          onChange={({ target }) => setParams(target.value === DEFAULT_DAYS ? {} : { days: target.value })}
        >
          {PERIODS.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      }
    >
      <Found query={curve}>{(found) => <Drawn curve={found} />}</Found>
    </Section>
  );
}

function Drawn({ curve }: { curve: Curve }) {
  // A chart is drawn anew when these are other arrays.
  const { at, series, marks } = useMemo(() => partsOf(curve), [curve]);
  return (
    <div className="card">
      <Chart label="Balance in credits" at={at} series={series} marks={marks} height={220} />
      <ul className="legend">
        <li className="tone-info">Purchase</li>
        <li className="tone-good">Grant</li>
        <li className="tone-warn">Expiry</li>
        <li className="tone-neutral">Reversal, transfer, anything else</li>
        {curve.has_more_marks && <li className="muted">The newest 200 are marked.</li>}
      </ul>
    </div>
  );
}

function partsOf({ points, marks }: Curve): { at: string[]; series: Series[]; marks: Mark[] } {
  return {
    at: points.map(({ at }) => at),
    series: [
      { label: 'Spent', kind: 'bars', tone: 'bad', values: points.map(({ spent }) => spent) },
      { label: 'Balance', kind: 'steps', tone: 'info', values: points.map(({ balance }) => balance) },
    ],
    marks: marks.map(({ at, kind, reason, credits, balance }) => ({
      at,
      label: `${reasonWords(reason)} ${groupDigits(credits)}, ${groupDigits(balance)} then`,
      tone: TONES[kind] ?? 'neutral',
    })),
  };
}
