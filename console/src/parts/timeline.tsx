import type { ReactNode } from 'react';
import type { Tone } from './badge';
import { Instant } from './instant';

export interface Moment {
  id: string;
  /** Null: not known. */
  at: string | null;
  title: ReactNode;
  tone?: Tone;
  /** More of it, below the title. */
  body?: ReactNode;
}

/** What happened when, in the order in which it is given. */
export function Timeline({ label, moments }: { label: string; moments: Moment[] }) {
  return (
    <ol className="timeline" aria-label={label}>
      {moments.map(({ id, at, title, tone = 'neutral', body }) => (
        <li key={id} className={`tone-${tone}`}>
          <div className="timeline-head">
            <span className="timeline-title">{title}</span>
            <span className="muted">
              <Instant at={at} />
            </span>
          </div>
          {body}
        </li>
      ))}
    </ol>
  );
}
