import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Badge } from '../../parts/badge';
import { type Column, DataTable } from '../../parts/data-table';
import { ConfirmDialog } from '../../parts/dialog';
import { TextField } from '../../parts/form';
import { Instant } from '../../parts/instant';
import { Section } from '../../parts/layout';
import { Empty } from '../../parts/states';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';
import { useMay } from '../../session/session';
import { CardLinkDialog } from './card-link-dialog';

type Customer = Schemas['CustomerDto'];
type Card = Schemas['PaymentMethodDto'];

const ROLES = { default: 'charged first', backup: 'backup' } as const;
const TOUCHES = ['customers', 'wallets'];

const COLUMNS: Column<Card>[] = [
  { head: 'Card', cell: (card) => nameOf(card) },
  {
    head: 'Used as',
    cell: ({ role }) =>
      role ? (
        <Badge tone={role === 'default' ? 'good' : 'info'}>{ROLES[role]}</Badge>
      ) : (
        <span className="muted">not used</span>
      ),
  },
  { head: 'Expires', cell: (card) => <Expiry card={card} /> },
  { head: 'Provider', cell: ({ provider }) => provider },
  { head: 'Since', cell: ({ created_at }) => <Instant at={created_at} dayOnly /> },
];

const ACTIONS: Column<Card> = { head: 'Actions', align: 'end', cell: (card) => <CardActions card={card} /> };

/** Which cards are on file, and which of them is charged. */
export function CardsTab({ customer: { id } }: { customer: Customer }) {
  const cards = useQuery({
    queryKey: ['customers', id, 'cards'],
    queryFn: () =>
      dataOf(api.GET('/v1/customers/{customer_id}/payment-methods', { params: { path: { customer_id: id } } })),
  });
  const mayWrite = useMay('customers:write');
  return (
    <Section title="Cards on file" actions={mayWrite && <CardsActions customerId={id} />}>
      <DataTable
        caption="Cards"
        columns={mayWrite ? [...COLUMNS, ACTIONS] : COLUMNS}
        rowKey={(card) => card.id}
        query={cards}
        empty={
          <Empty title="There is no card on file.">
            <p>
              Without one nothing can be charged: the customer saves theirs in the portal, or on the page of a link.
            </p>
          </Empty>
        }
      />
    </Section>
  );
}

function nameOf({ brand, last4 }: Card): string {
  return `${brand.charAt(0).toUpperCase()}${brand.slice(1)} … ${last4}`;
}

function Expiry({ card: { expiry_month: month, expiry_year: year, expires_soon: isSoon } }: { card: Card }) {
  return (
    <>
      {String(month).padStart(2, '0')}/{year} {isSoon && <Badge tone="warn">soon</Badge>}
    </>
  );
}

type Doing = 'backup' | 'no-backup' | 'remove';

function CardActions({ card }: { card: Card }) {
  const [shown, show] = useState<Doing | null>(null);
  return (
    <span className="row-actions">
      {card.role === null && (
        <button type="button" className="quiet" onClick={() => show('backup')}>
          Use as backup
        </button>
      )}
      {card.role === 'backup' && (
        <button type="button" className="quiet" onClick={() => show('no-backup')}>
          No backup any more
        </button>
      )}
      <button type="button" className="quiet" onClick={() => show('remove')}>
        Remove
      </button>
      {shown && <CardDialog card={card} doing={shown} onClose={() => show(null)} />}
    </span>
  );
}

const DOINGS = {
  backup: {
    title: 'Use it as backup?',
    confirm: 'Use as backup',
    says: 'It is tried once where the card on file is declined.',
  },
  'no-backup': { title: 'No backup any more?', confirm: 'Stop using it', says: 'It stays saved, and is not charged.' },
  remove: {
    title: 'Remove this card?',
    confirm: 'Remove the card',
    says: 'It is not charged any more. Automatic top-up pauses where no other card is on file.',
  },
} as const;

function CardDialog({ card, doing, onClose }: { card: Card; doing: Doing; onClose: () => void }) {
  const { title, confirm, says } = DOINGS[doing];
  const acting = useAction({ run: () => act(card, doing), touches: TOUCHES, done: 'Done', onDone: onClose });
  return (
    <ConfirmDialog
      title={title}
      confirm={confirm}
      isDangerous={doing === 'remove'}
      isPending={acting.isPending}
      error={acting.error}
      onConfirm={() => acting.mutate()}
      onClose={onClose}
    >
      <p>
        {nameOf(card)}. {says}
      </p>
    </ConfirmDialog>
  );
}

async function act({ id, customer_id }: Card, doing: Doing): Promise<void> {
  const params = { params: { path: { customer_id, id } } };
  if (doing === 'remove') await api.DELETE('/v1/customers/{customer_id}/payment-methods/{id}', params);
  else if (doing === 'backup') await api.PUT('/v1/customers/{customer_id}/payment-methods/{id}/backup', params);
  else await api.DELETE('/v1/customers/{customer_id}/payment-methods/{id}/backup', params);
}

function CardsActions({ customerId }: { customerId: string }) {
  const [isLinkShown, showLink] = useState(false);
  return (
    <>
      <button type="button" onClick={() => showLink(true)}>
        Link to save a card
      </button>
      <AddCard customerId={customerId} />
      {isLinkShown && <CardLinkDialog customerId={customerId} onClose={() => showLink(false)} />}
    </>
  );
}

/** By the provider's token: card numbers never come here. */
function AddCard({ customerId }: { customerId: string }) {
  const [isOpen, setOpen] = useState(false);
  const [token, setToken] = useState('');
  const adding = useAction({
    run: () =>
      dataOf(
        api.POST('/v1/customers/{customer_id}/payment-methods', {
          params: { path: { customer_id: customerId } },
          body: { token: token.trim() },
        }),
      ),
    touches: TOUCHES,
    done: 'The card is on file',
    onDone: () => {
      setOpen(false);
      setToken('');
    },
  });
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Put a card on file
      </button>
      {isOpen && (
        <ConfirmDialog
          title="Put a card on file"
          confirm="Put it on file"
          isPending={adding.isPending}
          error={adding.error}
          fields={['token']}
          onConfirm={() => adding.mutate()}
          onClose={() => setOpen(false)}
        >
          <p>It takes the place of the card that is charged now.</p>
          <TextField
            name="token"
            label="Token of the payment provider"
            hint="Never a card number. In the sandbox: pm_sandbox_approve"
            autoComplete="off"
            value={token}
            onChange={setToken}
          />
        </ConfirmDialog>
      )}
    </>
  );
}
