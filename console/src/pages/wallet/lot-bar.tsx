import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { Link } from 'wouter';
import { Credits, creditsText } from '../../parts/amounts';
import { Badge, type Tone } from '../../parts/badge';
import { type Column, DataTable } from '../../parts/data-table';
import { isZero, minus, percentOf } from '../../parts/decimals';
import { groupDigits } from '../../parts/digits';
import { Instant } from '../../parts/instant';
import { capital, plainWords, reasonWords } from '../../parts/words';
import { api, dataOf, type Schemas } from '../../session/api';

type Lot = Schemas['LotDto'];
type Consumption = Schemas['LotConsumptionDto'];

const FEW = 10;

/** What a grant has left and where the rest went. */
export function LotBar({ lot }: { lot: Lot }) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const parts = partsOf(lot);
  return (
    <li className="card lot">
      <div className="lot-head">
        <Badge tone={lot.source === 'purchased' ? 'info' : 'good'}>
          {lot.source === 'purchased' ? 'purchased' : 'free'}
        </Badge>
        <Link href={`/transactions/${lot.transaction_id}`}>{reasonWords(lot.reason)}</Link>
        <span className="muted">
          <Instant at={lot.created_at} />
        </span>
        <span className="lot-end">
          <Credits value={lot.remaining} /> of <Credits value={lot.credits} unit />
        </span>
      </div>
      <div className="lot-bar" role="img" aria-label={parts.map(({ words }) => words).join(', ')}>
        {parts.map(({ tone, part }) => (
          <span key={tone} className={`tone-${tone}`} style={{ width: `${percentOf(part, lot.credits)}%` }} />
        ))}
      </div>
      <p className="muted figures-line">
        {parts.map(({ tone, words }) => (
          <span key={tone}>{words}</span>
        ))}
        <span>
          {lot.expires_at === null ? (
            'never expires'
          ) : (
            <>
              expires <Instant at={lot.expires_at} />
            </>
          )}
        </span>
        <span>{lot.priority === null ? 'no priority' : `priority ${lot.priority}`}</span>
      </p>
      {lot.consumed_by_count > 0 && (
        <button
          type="button"
          className="quiet"
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? 'Hide what it was spent on' : 'What it was spent on'}
        </button>
      )}
      <div id={id} hidden={!isOpen}>
        {isOpen && <SpentOn lot={lot} />}
      </div>
    </li>
  );
}

/** Of the bar, from its beginning. What is nothing is left out. */
function partsOf({ credits, remaining, held, available }: Lot): { tone: Tone; part: string; words: string }[] {
  const all: { tone: Tone; part: string; label: string }[] = [
    { tone: 'good', part: available, label: 'left' },
    { tone: 'info', part: held, label: 'on hold' },
    { tone: 'warn', part: minus(minus(remaining, held), available), label: 'past their date' },
    { tone: 'neutral', part: minus(credits, remaining), label: 'used' },
  ];
  return all
    .filter(({ part }) => !isZero(part))
    .map(({ tone, part, label }) => ({ tone, part, words: `${groupDigits(part)} ${label}` }));
}

const COLUMNS: Column<Consumption>[] = [
  { head: 'When', cell: ({ at }) => <Instant at={at} /> },
  {
    head: 'What',
    cell: ({ transaction_id, reason, kind }) => (
      <Link href={`/transactions/${transaction_id}`}>{reason ? reasonWords(reason) : capital(plainWords(kind))}</Link>
    ),
  },
  {
    head: 'For',
    cell: ({ description, reference_id }) => description || (reference_id ? <code>{reference_id}</code> : '–'),
  },
  { head: 'Credits', align: 'end', cell: ({ credits }) => <Credits value={credits} /> },
  { head: 'Left then', align: 'end', cell: ({ remaining }) => <Credits value={remaining} /> },
];

function SpentOn({ lot }: { lot: Lot }) {
  const [offset, go] = useState(0);
  const consumers = useQuery({
    queryKey: ['wallets', lot.wallet_id, 'lots', lot.id, 'consumers', offset],
    queryFn: () =>
      dataOf(
        api.GET('/v1/wallets/{id}/lots/{lot_id}/consumers', {
          params: { path: { id: lot.wallet_id, lot_id: lot.id }, query: { limit: FEW, offset } },
        }),
      ),
    placeholderData: keepPreviousData,
  });
  return (
    <DataTable
      caption={`What ${creditsText(lot.credits)} were spent on`}
      columns={COLUMNS}
      rowKey={({ transaction_id, at, credits }) => `${transaction_id} ${at} ${credits}`}
      query={consumers}
      paging={{ limit: FEW, offset, go }}
      empty="Nothing was taken from it."
    />
  );
}
