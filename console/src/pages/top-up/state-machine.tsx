import { useId } from 'react';
import { plainWords } from '../../parts/words';
import { isFinal, type State, type Step } from './course';
import { CHARGED, cornerOf, INVOICED, lineOf, type Machine, NODE, sizeOf } from './machine';

const TIME = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

/** All states that a top-up can be in, and the way that this one has gone. The list below says the same in words. */
export function StateMachine({ course, isInvoiced }: { course: readonly Step[]; isInvoiced: boolean }) {
  const machine = isInvoiced ? INVOICED : CHARGED;
  const { width, height } = sizeOf(machine);
  const arrow = useId();
  const gone = goneOf(course);
  const others = machine.ways.filter(([from, to]) => !gone.some(([a, b]) => a === from && b === to));
  return (
    <div className="machine" tabIndex={0} role="region" aria-label="The states of a top-up">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        style={{ minWidth: width * 0.8, maxWidth: width * 1.15 }}
        aria-hidden="true"
      >
        <defs>
          {['', '-gone'].map((kind) => (
            <marker
              key={kind}
              id={arrow + kind}
              viewBox="0 0 8 8"
              refX="8"
              refY="4"
              markerWidth="8"
              markerHeight="8"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path d="M 0 0 L 8 4 L 0 8 Z" className={`machine-arrow${kind}`} />
            </marker>
          ))}
        </defs>
        {machine.columns.map((title, column) => (
          <text key={title} x={cornerOf({ column, row: 0 }).x + NODE.width / 2} y="16" className="machine-column">
            {title}
          </text>
        ))}
        <Lines machine={machine} ways={others} kind="machine-way" marker={arrow} />
        <Lines machine={machine} ways={gone} kind="machine-gone" marker={`${arrow}-gone`} />
        {(Object.keys(machine.places) as State[]).map((state) => (
          <Node key={state} machine={machine} state={state} course={course} />
        ))}
      </svg>
    </div>
  );
}

function Lines({
  machine,
  ways,
  kind,
  marker,
}: {
  machine: Machine;
  ways: readonly (readonly [State, State])[];
  kind: string;
  marker: string;
}) {
  return ways.map(([from, to]) => {
    const [start, end] = [machine.places[from], machine.places[to]];
    if (!start || !end) return null;
    return <path key={`${from} ${to}`} d={lineOf(start, end)} className={kind} markerEnd={`url(#${marker})`} />;
  });
}

function Node({ machine, state, course }: { machine: Machine; state: State; course: readonly Step[] }) {
  const place = machine.places[state];
  if (!place) return null;
  const { x, y } = cornerOf(place);
  const visits = course.filter((step) => step.state === state);
  const last = visits.at(-1);
  const isNow = course.at(-1)?.state === state;
  const times = visits.length > 1 ? ` · ${visits.length}×` : '';
  return (
    <g className={`machine-node ${last ? 'is-gone' : ''} ${isNow ? `is-now tone-${last?.tone}` : ''}`}>
      <rect x={x} y={y} width={NODE.width} height={NODE.height} rx="8" />
      <text x={x + NODE.width / 2} y={y + (last ? 19 : 28)} className="machine-name">
        {plainWords(state)}
      </text>
      {last && (
        <text x={x + NODE.width / 2} y={y + 36} className="machine-at">
          {last.at === null ? (isFinal(state) ? '' : 'now') : TIME.format(new Date(last.at)) + times}
        </text>
      )}
    </g>
  );
}

/** Each way once, however often it was gone. */
function goneOf(course: readonly Step[]): [State, State][] {
  const ways = new Map<string, [State, State]>();
  for (const [index, { state }] of course.entries()) {
    const before = course[index - 1];
    if (before) ways.set(`${before.state} ${state}`, [before.state, state]);
  }
  return [...ways.values()];
}
