import { Link } from 'wouter';
import type { Tone } from '../../parts/badge';
import { Credits } from '../../parts/amounts';
import { Instant } from '../../parts/instant';
import { Timeline } from '../../parts/timeline';
import { capital, triggerWords } from '../../parts/words';
import type { Schemas } from '../../session/api';
import { verdictWords, whyWords } from './rule-words';

type Decision = Schemas['TopUpDecisionResponse'];

const TONES: Readonly<Record<Decision['verdict'], Tone>> = {
  buy: 'good',
  skip: 'warn',
  cancel: 'neutral',
  retry: 'info',
};

/** Why it did, why it did not: the same answer given again is one moment, with how often. */
export function DecisionTimeline({ decisions }: { decisions: readonly Decision[] }) {
  return (
    <Timeline
      label="Decisions, the newest first"
      moments={decisions.map((decision) => ({
        id: decision.id,
        at: decision.last_seen_at,
        title: `${verdictWords(decision.verdict)}: ${triggerWords(decision.trigger).toLowerCase()}`,
        tone: TONES[decision.verdict],
        body: <Why decision={decision} />,
      }))}
    />
  );
}

function Why({ decision }: { decision: Decision }) {
  const { reason, available, posted, held, required, occurrences, first_seen_at: first } = decision;
  return (
    <>
      <p>{capital(whyWords(reason))}.</p>
      <p className="muted figures-line">
        <span>
          Available <Credits value={available} />
        </span>
        <span>
          Posted <Credits value={posted} />
        </span>
        <span>
          On hold <Credits value={held} />
        </span>
        {required !== null && (
          <span>
            Needed <Credits value={required} />
          </span>
        )}
        {occurrences > 1 && (
          <span>
            {occurrences} times since <Instant at={first} />
          </span>
        )}
        {decision.next_evaluation_at !== null && (
          <span>
            Looked at again <Instant at={decision.next_evaluation_at} />
          </span>
        )}
      </p>
      <TopUpLinks decision={decision} />
    </>
  );
}

function TopUpLinks({ decision }: { decision: Decision }) {
  const waiting = decision.open_top_up_ids.filter((id) => id !== decision.top_up_id);
  if (decision.top_up_id === null && waiting.length === 0) return null;
  return (
    <p className="figures-line">
      {decision.top_up_id !== null && <Link href={`/top-ups/${decision.top_up_id}`}>The top-up</Link>}
      {waiting.map((id) => (
        <Link key={id} href={`/top-ups/${id}`}>
          The top-up that was under way
        </Link>
      ))}
    </p>
  );
}
