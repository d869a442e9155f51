import { useEffect, useId, useMemo, useRef, useState } from 'react';
import UPlot, { type Options } from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Tone } from './badge';
import { groupDigits } from './digits';
import { Instant, instantText } from './instant';

export interface Series {
  label: string;
  kind: 'line' | 'steps' | 'bars';
  tone: Tone;
  /** Exact decimals of the API, one for each instant; null where there is none. */
  values: readonly (string | null)[];
}

/** Something that happened: a line across the chart. */
export interface Mark {
  at: string;
  label: string;
  tone: Tone;
}

interface ChartProps {
  /** What it shows: its name for whoever does not see it. */
  label: string;
  /** Instants as the API says them, the oldest first. */
  at: readonly string[];
  series: readonly Series[];
  marks?: readonly Mark[];
  /** In pixels. */
  height?: number;
  /** Each value is a whole day's: instants are noon, UTC, and no time of day is said. */
  isDaily?: boolean;
}

const HEIGHT_PX = 240;
const BAR_WIDTH = 0.7;
const MAX_BAR_PX = 40;

/**
 * Lines, steps or bars over time, with thousands of points. Pixels are floats, words are not: the legend and the table below
 * say the decimals as they are.
 */
export function Chart({ label, at, series, marks = [], height = HEIGHT_PX, isDaily = false }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const theme = useThemeCount();
  const data = useMemo(() => pointsOf(at, series), [at, series]);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const chart = new UPlot(optionsOf(element, series, marks, height, isDaily), data, element);
    const resize = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    resize.observe(element);
    return () => {
      resize.disconnect();
      chart.destroy();
    };
  }, [data, series, marks, height, isDaily, theme]);
  return (
    <figure className="chart">
      <div ref={place} role="img" aria-label={`${label}. The table below has the same numbers.`} />
      <ChartTable label={label} at={at} series={series} marks={marks} isDaily={isDaily} />
    </figure>
  );
}

const TABLE_STEP = 100;

/** The same for keyboards and screen readers; made when it is opened, a hundred rows at a time. */
function ChartTable({ label, at, series, marks, isDaily }: Required<Omit<ChartProps, 'height'>>) {
  const [isOpen, setOpen] = useState(false);
  const [shown, setShown] = useState(TABLE_STEP);
  const id = useId();
  return (
    <figcaption>
      <button
        type="button"
        className="quiet"
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? 'Hide the numbers' : 'Show the numbers'}
      </button>
      <div
        id={id}
        className="chart-numbers"
        hidden={!isOpen}
        tabIndex={isOpen ? 0 : -1}
        role="region"
        aria-label={label}
      >
        {isOpen && (
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">When</th>
                {series.map((one) => (
                  <th key={one.label} scope="col" className="end">
                    {one.label}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {at.slice(0, shown).map((instant, index) => (
                <tr key={instant}>
                  <td>
                    <Instant at={instant} dayOnly={isDaily} />
                  </td>
                  {series.map((one) => (
                    <td key={one.label} className="end amount">
                      {textOf(one.values[index])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {isOpen && marks.length > 0 && (
          <ul className="chart-marks">
            {marks.map((mark) => (
              <li key={`${mark.at} ${mark.label}`}>
                <Instant at={mark.at} />: {mark.label}
              </li>
            ))}
          </ul>
        )}
        {isOpen && shown < at.length && (
          <button type="button" onClick={() => setShown(shown + TABLE_STEP)}>
            More
          </button>
        )}
      </div>
    </figcaption>
  );
}

function pointsOf(at: readonly string[], series: readonly Series[]): UPlot.AlignedData {
  const seconds = at.map((instant) => Date.parse(instant) / 1000);
  return [seconds, ...series.map(({ values }) => values.map((value) => (value === null ? null : Number(value))))];
}

function optionsOf(
  element: HTMLElement,
  series: readonly Series[],
  marks: readonly Mark[],
  height: number,
  isDaily: boolean,
): Options {
  const colour = (name: string) => resolve(element, name);
  const axis = { stroke: colour('--muted'), grid: { stroke: colour('--line'), width: 1 }, ticks: { show: false } };
  const drawn = series.map(({ label, kind, tone, values }) => ({
    label,
    stroke: colour(`--${tone}`),
    width: kind === 'bars' ? 0 : 2,
    fill: kind === 'bars' ? colour(`--${tone}`) : undefined,
    // A value without a neighbour is no line.
    points: { show: kind !== 'bars' && values.filter((value) => value !== null).length === 1 },
    value: (_chart: UPlot, _value: number, _series: number, index: number | null) =>
      index === null ? '' : textOf(values[index]),
    ...pathsOf(kind),
  }));
  return {
    width: element.clientWidth,
    height,
    series: [{ label: isDaily ? 'Day' : 'When', value: whenOf(isDaily) }, ...drawn] as Options['series'],
    axes: [axis, { ...axis, size: 64, values: (_chart, ticks) => ticks.map((tick) => groupDigits(String(tick))) }],
    cursor: { points: { size: 6 } },
    scales: { y: { range: (_chart, least, most) => [Math.min(0, least ?? 0), most > 0 ? most * 1.05 : 1] } },
    hooks: { draw: [(chart) => drawMarks(chart, marks, colour)] },
  };
}

/** As `Instant` says it. */
function whenOf(isDaily: boolean) {
  return (_chart: UPlot, seconds: number | null) =>
    seconds === null ? '–' : instantText(new Date(seconds * 1000).toISOString(), isDaily);
}

function pathsOf(kind: Series['kind']) {
  if (kind === 'bars') return { paths: UPlot.paths.bars?.({ size: [BAR_WIDTH, MAX_BAR_PX] }) };
  if (kind === 'steps') return { paths: UPlot.paths.stepped?.({ align: 1 }) };
  return {};
}

function drawMarks(chart: UPlot, marks: readonly Mark[], colour: (name: string) => string): void {
  const { ctx, bbox } = chart;
  ctx.save();
  ctx.setLineDash([4, 4]);
  ctx.lineWidth = 1;
  for (const { at, tone } of marks) {
    const x = chart.valToPos(Date.parse(at) / 1000, 'x', true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = colour(`--${tone}`);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}

/** A custom property may be `light-dark(…)`, which only a used colour resolves. */
function resolve(element: HTMLElement, name: string): string {
  element.style.color = `var(${name})`;
  const { color } = getComputedStyle(element);
  element.style.color = '';
  return color;
}

/** Grows when colours change. */
function useThemeCount(): number {
  const [count, setCount] = useState(0);
  useEffect(() => {
    const system = matchMedia('(prefers-color-scheme: dark)');
    const grow = () => setCount((before) => before + 1);
    system.addEventListener('change', grow);
    window.addEventListener('themechange', grow);
    return () => {
      system.removeEventListener('change', grow);
      window.removeEventListener('themechange', grow);
    };
  }, []);
  return count;
}

function textOf(value: string | null | undefined): string {
  return value == null ? '–' : groupDigits(value);
}
