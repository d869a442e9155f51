import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from 'react';
import type { Tone } from './badge';

type Tell = (sentence: string, tone?: Tone) => void;

interface Notice {
  id: number;
  sentence: string;
  tone: Tone;
}

const SHOWN_MS = 6000;
const TellContext = createContext<Tell>(() => undefined);

/** Says what has happened in a corner of the screen, aloud as well: `tell('Granted 50 credits')`. */
export function useTell(): Tell {
  return useContext(TellContext);
}

/** Around everything: the one place where it is said. */
export function StatusRegion({ children }: { children: ReactNode }) {
  const [notices, setNotices] = useState<Notice[]>([]);
  const lastId = useRef(0);
  const drop = useCallback((id: number) => setNotices((all) => all.filter((notice) => notice.id !== id)), []);
  const tell = useMemo<Tell>(
    () =>
      (sentence, tone = 'good') => {
        lastId.current += 1;
        const notice = { id: lastId.current, sentence, tone };
        setNotices((all) => [...all, notice]);
        setTimeout(() => drop(notice.id), SHOWN_MS);
      },
    [drop],
  );
  return (
    <TellContext value={tell}>
      {children}
      <div className="notices" role="status" aria-live="polite">
        {notices.map(({ id, sentence, tone }) => (
          <div key={id} className={`notice tone-${tone}`}>
            <span>{sentence}</span>
            <button type="button" className="quiet" aria-label="Dismiss" onClick={() => drop(id)}>
              ×
            </button>
          </div>
        ))}
      </div>
    </TellContext>
  );
}
