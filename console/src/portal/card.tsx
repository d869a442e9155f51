import { useState } from 'react';
import { Badge } from '../parts/badge';
import { ConfirmDialog } from '../parts/dialog';
import { Section } from '../parts/layout';
import { ErrorBox, Found } from '../parts/states';
import { useAction } from '../parts/use-action';
import { dataOf, type Schemas } from '../session/api';
import { portalApi } from './portal-api';
import { useCard } from './reads';

type Card = Schemas['BillingPaymentMethodDto'];

export function cardText({ brand, last4 }: Card): string {
  return `${brand.charAt(0).toUpperCase()}${brand.slice(1)} •••• ${last4}`;
}

/** What purchases are charged to: added and replaced on the provider's page, so no number is ever typed here. */
export function CardOnFile({ seller, mayManage }: { seller: string; mayManage: boolean }) {
  const means = useCard();
  return (
    <Section title="Card">
      <Found query={means}>
        {({ card, backup_card: backup, has_pages: hasPages }) => (
          <div className="card">
            {card ? <OneCard card={card} /> : <p>There is no card on file.</p>}
            {backup && <p className="muted">Where that is declined, {cardText(backup)} is tried.</p>}
            {mayManage && (
              <div className="actions">
                {hasPages && <NewCard replaces={card !== null} />}
                {card && <RemoveCard card={card} />}
              </div>
            )}
            {mayManage && !hasPages && !card && <p className="muted">None can be added here. Ask {seller}.</p>}
          </div>
        )}
      </Found>
    </Section>
  );
}

function OneCard({ card }: { card: Card }) {
  return (
    <p>
      <strong>{cardText(card)}</strong>{' '}
      <span className="muted">
        good until {String(card.exp_month).padStart(2, '0')}/{card.exp_year}
      </span>{' '}
      {card.expires_soon && <Badge tone="warn">expires soon</Badge>}
    </p>
  );
}

function NewCard({ replaces }: { replaces: boolean }) {
  const [opened, setOpened] = useState<string | null>(null);
  const begin = useAction({
    run: () => dataOf(portalApi.POST('/v1/customer/portal/card/setup')),
    touches: [],
    done: 'The card is saved on the payment page',
    onDone: ({ url }) => {
      if (url === null) return;
      if (window.top === window.self) location.assign(url);
      else setOpened(url);
    },
  });
  return (
    <>
      <ErrorBox error={begin.error} />
      {opened === null ? (
        <button type="button" disabled={begin.isPending} onClick={() => begin.mutate()}>
          {replaces ? 'Replace the card' : 'Add a card'}
        </button>
      ) : (
        <a className="button primary" href={opened} target="_blank" rel="noopener">
          Go on to the payment page
        </a>
      )}
    </>
  );
}

function RemoveCard({ card }: { card: Card }) {
  const [asks, setAsks] = useState(false);
  const remove = useAction({
    run: () => dataOf(portalApi.DELETE('/v1/customer/portal/card')),
    touches: ['portal'],
    done: 'The card was removed',
    onDone: () => setAsks(false),
  });
  return (
    <>
      <button type="button" onClick={() => setAsks(true)}>
        Remove
      </button>
      {asks && (
        <ConfirmDialog
          title="Remove the card"
          confirm={`Remove ${cardText(card)}`}
          isDangerous
          isPending={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate()}
          onClose={() => setAsks(false)}
        >
          <p>Nothing is charged to it any more. Automatic top-up is paused until there is a card again.</p>
        </ConfirmDialog>
      )}
    </>
  );
}
