import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { api, dataOf, type Schemas } from '../session/api';
import { queries } from '../session/queries';
import { useMay } from '../session/session';
import { sentenceOf } from './states';
import { capital, plainWords, reasonWords, triggerWords } from './words';

type Found = Schemas['FoundDto'];
type Kind = Schemas['FoundGroupDto']['kind'];

const FEWEST_LETTERS = 2;
const MOST_LETTERS = 255;
const PAUSE_MS = 200;

const KINDS: Record<Kind, { title: string; name?: (name: string) => string; to: (found: Found) => string }> = {
  customer: { title: 'Customers', to: ({ id }) => `/customers/${id}` },
  wallet: { title: 'Wallets', to: ({ id }) => `/wallets/${id}` },
  top_up: { title: 'Top-ups', name: triggerWords, to: ({ id }) => `/top-ups/${id}` },
  transaction: { title: 'Transactions', name: reasonWords, to: ({ id }) => `/transactions/${id}` },
  invoice: { title: 'Invoices', to: ({ id }) => `/invoices/${id}` },
  hold: { title: 'Holds', to: ({ wallet_id: walletId }) => `/wallets/${walletId}` },
  api_key: { title: 'Keys', to: () => '/keys' },
};

/** One box for anything that somebody has at hand: an id, an e-mail address, how a key begins. `/` leads into it. */
export function FindBox() {
  return useMay('wallets:read') ? <Combobox /> : null;
}

function Combobox() {
  const [text, setText] = useState('');
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const [, go] = useLocation();
  const id = useId();
  const input = useSlashKey();
  const { isAnswered, groups, error, isFresh } = useFinds(text);
  const options = groups.flatMap(({ kind, items }) => items.map((found) => ({ kind, found })));
  const current = options[Math.min(active, options.length - 1)];
  const isShown = isOpen && isAnswered;
  const optionId = (found: Found) => `${id}-${found.id}`;

  const choose = (kind: Kind, found: Found) => {
    setOpen(false);
    setText('');
    input.current?.blur();
    go(KINDS[kind].to(found));
  };
  /** Of what is typed, which what is shown may not be of yet. What goes wrong is said below the box. */
  const goToFirst = async () => {
    const { groups: now } = await queries.fetchQuery(finds(text)).catch(() => ({ groups: [] }));
    const [first] = now;
    const [found] = first?.items ?? [];
    if (first && found && input.current?.value === text) choose(first.kind, found);
  };
  const press = (event: KeyboardEvent) => {
    const moves: Record<string, () => void> = {
      ArrowDown: () => setActive(Math.min(active + 1, options.length - 1)),
      ArrowUp: () => setActive(Math.max(active - 1, 0)),
      Enter: () => {
        if (!isFresh && text.trim().length >= FEWEST_LETTERS) void goToFirst();
        else if (isFresh && current) choose(current.kind, current.found);
      },
      Escape: () => (isShown ? setOpen(false) : setText('')),
    };
    const move = moves[event.key];
    if (!move || event.nativeEvent.isComposing) return;
    event.preventDefault();
    move();
  };
  return (
    <div className="find" onBlur={({ currentTarget, relatedTarget }) => setOpen(currentTarget.contains(relatedTarget))}>
      <input
        ref={input}
        type="search"
        role="combobox"
        aria-label="Find anything"
        aria-keyshortcuts="/"
        aria-expanded={isShown}
        aria-controls={isShown ? id : undefined}
        aria-autocomplete="list"
        aria-activedescendant={isShown && current ? optionId(current.found) : undefined}
        placeholder="Find anything  ( / )"
        autoComplete="off"
        spellCheck={false}
        maxLength={MOST_LETTERS}
        value={text}
        onFocus={() => setOpen(true)}
        onKeyDown={press}
        onChange={(event) => {
          setText(event.target.value);
          setActive(0);
          setOpen(true);
        }}
      />
      {isShown && (
        <div className="find-results">
          <div id={id} role="listbox" aria-label="What was found">
            {groups.map(({ kind, items }) => (
              <div key={kind} role="group" aria-labelledby={`${id}-${kind}`}>
                <span id={`${id}-${kind}`} className="find-kind" role="presentation">
                  {KINDS[kind].title}
                </span>
                {items.map((found) => (
                  <div
                    key={found.id}
                    id={optionId(found)}
                    role="option"
                    tabIndex={-1}
                    aria-selected={found === current?.found}
                    // Before the box loses the focus, and what is pressed is gone.
                    onPointerDown={(event) => event.preventDefault()}
                    onClick={() => choose(kind, found)}
                    onKeyDown={press}
                  >
                    <span className="find-name">{KINDS[kind].name?.(found.name) ?? (found.name || found.id)}</span>
                    <span className="find-detail">{detailOf(kind, found)}</span>
                  </div>
                ))}
              </div>
            ))}
          </div>
          <p role="status" className="muted">
            {error ? sentenceOf(error) : countWords(options.length)}
          </p>
        </div>
      )}
    </div>
  );
}

function countWords(count: number): string {
  if (count === 0) return 'Nothing is called so: an id wants to be whole.';
  return count === 1 ? 'One found. Enter goes there.' : `${count} found. Arrow keys choose, Enter goes there.`;
}

function detailOf(kind: Kind, { detail }: Found): string {
  return kind === 'customer' || kind === 'api_key' || kind === 'hold' ? detail : capital(plainWords(detail));
}

/** What is found by the text, once nobody has typed for a moment. */
function useFinds(text: string) {
  const [asked, setAsked] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setAsked(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const isEnough = asked.trim().length >= FEWEST_LETTERS;
  const { data, error, isPlaceholderData } = useQuery({
    ...finds(asked),
    enabled: isEnough,
    placeholderData: keepPreviousData,
  });
  const isFresh = asked === text && data !== undefined && !isPlaceholderData;
  const isAnswered = isEnough && (data !== undefined || error !== null);
  return { isAnswered, groups: data?.groups ?? [], error, isFresh };
}

function finds(text: string) {
  const q = withoutKey(text.trim());
  return {
    queryKey: ['find', q],
    queryFn: () => dataOf(api.GET('/v1/find', { params: { query: { q } } })),
  };
}

/** A key in an address is a key in logs: its beginning is enough to find it by. */
function withoutKey(text: string): string {
  return text.replace(/^((?:sk|pk)_\w{6}).*$/s, '$1');
}

/** `/` leads into the box from anywhere but from where it is typed. */
function useSlashKey() {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const press = (event: globalThis.KeyboardEvent) => {
      const isTyped = event.target instanceof HTMLElement && event.target.closest('input, select, textarea, dialog');
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyped) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
  return input;
}
