import { Link } from 'wouter';
import { StatusBadge } from '../../parts/badge';
import { Section } from '../../parts/layout';
import { Empty } from '../../parts/states';
import type { Schemas } from '../../session/api';

/** Counted no further by the API. */
const COUNTED = 10_000;

/** The period's top-ups by how they stand now: a bar each, and a link to those. */
export function Outcomes({ outcomes, from }: { outcomes: Schemas['TopUpOutcomeDto'][]; from: string }) {
  const most = Math.max(...outcomes.map(({ count }) => count));
  return (
    <Section title="Top-ups of this period">
      {outcomes.length === 0 ? (
        <Empty title="Nothing was bought in this period." />
      ) : (
        <ul className="outcomes">
          {outcomes
            .toSorted((one, other) => other.count - one.count)
            .map(({ top_up_status: status, count }) => (
              <li key={status}>
                <Link href={`/top-ups?status=${status}&from=${from}`}>
                  <StatusBadge status={status} />
                </Link>
                <span className="outcome-track">
                  <span
                    className={`outcome-bar outcome-${status}`}
                    style={{ inlineSize: `${(count / most) * 100}%` }}
                  />
                </span>
                <span className="amount">
                  {count.toLocaleString('en')}
                  {count >= COUNTED && ' or more'}
                </span>
              </li>
            ))}
        </ul>
      )}
    </Section>
  );
}
