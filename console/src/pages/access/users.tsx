import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Badge } from '../../parts/badge';
import { type Column, DataTable, usePaging } from '../../parts/data-table';
import { Instant } from '../../parts/instant';
import { Page, Section } from '../../parts/layout';
import { ShownOnce } from '../../parts/shown-once';
import { Empty } from '../../parts/states';
import { useAuthors } from '../../parts/use-authors';
import { api, dataOf, type Schemas } from '../../session/api';
import { useMay, useSession } from '../../session/session';
import { roleName } from './role-words';
import { ChangeRole, Invite, KeysLeft, RemoveUser, WithdrawInvitation } from './user-dialogs';

type User = Schemas['TenantUserDto'];
type Invitation = Schemas['InvitationDto'];
type Asked = { user: User; what: 'role' | 'remove' };
type Left = Schemas['RemovalDto']['keys_made'];

/** Who may log in here, as what, and who has been invited. */
export default function UsersPage() {
  const [isInviting, setInviting] = useState(false);
  const [invited, setInvited] = useState<Schemas['NewInvitationDto'] | null>(null);
  return (
    <Page
      title="Users"
      actions={
        useMay('users:write') && (
          <button className="primary" type="button" onClick={() => setInviting(true)}>
            Invite
          </button>
        )
      }
    >
      <Users />
      <Invitations />
      {isInviting && <Invite onClose={() => setInviting(false)} onInvited={setInvited} />}
      {invited && (
        <ShownOnce
          title={`The link for ${invited.email}`}
          // A path, where the service has not been told its address.
          text={new URL(invited.link, location.origin).href}
          what="link"
          onClose={() => setInvited(null)}
        >
          <p>
            Nothing is sent by e-mail: send the link yourself. It makes one user, until{' '}
            <Instant at={invited.expires_at} />.
          </p>
        </ShownOnce>
      )}
    </Page>
  );
}

function Users() {
  const { user: me } = useSession();
  const mayWrite = useMay('users:write');
  const [open, setOpen] = useState<Asked | null>(null);
  const [left, setLeft] = useState<Left>([]);
  const paging = usePaging();
  const { limit, offset } = paging;
  const query = useQuery({
    queryKey: ['users', { limit, offset }],
    queryFn: () => dataOf(api.GET('/v1/users', { params: { query: { limit, offset } } })),
    placeholderData: keepPreviousData,
  });
  const close = () => setOpen(null);
  return (
    <>
      <DataTable
        caption="Users"
        columns={userColumns(me?.id, mayWrite ? setOpen : null)}
        rowKey={({ id }) => id}
        query={query}
        paging={paging}
        empty={<Empty title="Nobody logs in here: all is done with keys." />}
      />
      {open?.what === 'role' && <ChangeRole user={open.user} onClose={close} />}
      {open?.what === 'remove' && <RemoveUser user={open.user} onClose={close} onRemoved={setLeft} />}
      {left.length > 0 && <KeysLeft keys={left} onClose={() => setLeft([])} />}
    </>
  );
}

const STATES = { pending: 'info', accepted: 'good', revoked: 'neutral', expired: 'neutral' } as const;

function Invitations() {
  const mayWrite = useMay('users:write');
  const [leaving, setLeaving] = useState<Invitation | null>(null);
  const paging = usePaging(10, 'invitations');
  const { limit, offset } = paging;
  const query = useQuery({
    queryKey: ['users', 'invitations', { limit, offset }],
    queryFn: () => dataOf(api.GET('/v1/users/invitations', { params: { query: { limit, offset } } })),
    placeholderData: keepPreviousData,
  });
  const nameOf = useAuthors(query.data?.items.map(({ created_by }) => created_by) ?? []);
  return (
    <Section title="Invitations">
      <DataTable
        caption="Invitations"
        columns={invitationColumns(nameOf, mayWrite ? setLeaving : null)}
        rowKey={({ id }) => id}
        query={query}
        paging={paging}
        empty="Nobody has been invited."
      />
      {leaving && <WithdrawInvitation invitation={leaving} onClose={() => setLeaving(null)} />}
    </Section>
  );
}

/** @param ask for another role, or before somebody is removed; null for who may do neither */
function userColumns(myId: string | undefined, ask: ((asked: Asked) => void) | null): Column<User>[] {
  const columns: Column<User>[] = [
    {
      head: 'User',
      cell: ({ id, name, email }) => (
        <span>
          <strong>{name || email}</strong> {name && <span className="muted">{email}</span>}{' '}
          {id === myId && <Badge tone="info">you</Badge>}
        </span>
      ),
    },
    { head: 'Role', cell: ({ role }) => roleName(role) },
    { head: 'Since', cell: ({ created_at }) => <Instant at={created_at} dayOnly /> },
  ];
  if (!ask) return columns;
  const actions: Column<User> = {
    head: 'Actions',
    align: 'end',
    cell: (user) => (
      <span className="row-actions">
        <button
          type="button"
          className="quiet"
          aria-label={`Change role of ${user.email}`}
          onClick={() => ask({ user, what: 'role' })}
        >
          Change role
        </button>
        <button
          type="button"
          className="quiet"
          aria-label={`Remove ${user.email}`}
          onClick={() => ask({ user, what: 'remove' })}
        >
          Remove
        </button>
      </span>
    ),
  };
  return [...columns, actions];
}

/** @param withdraw asks before it does; null for who may not */
function invitationColumns(
  nameOf: (id: string) => string,
  withdraw: ((invitation: Invitation) => void) | null,
): Column<Invitation>[] {
  return [
    { head: 'Address', cell: ({ email }) => email },
    { head: 'Role', cell: ({ role }) => roleName(role) },
    { head: 'State', cell: ({ status }) => <Badge tone={STATES[status]}>{status}</Badge> },
    { head: 'Until', cell: ({ expires_at }) => <Instant at={expires_at} /> },
    { head: 'Invited by', cell: ({ created_by }) => nameOf(created_by) },
    {
      head: 'Actions',
      align: 'end',
      cell: (invitation) =>
        withdraw &&
        invitation.status === 'pending' && (
          <button
            type="button"
            className="quiet"
            aria-label={`Withdraw the invitation of ${invitation.email}`}
            onClick={() => withdraw(invitation)}
          >
            Withdraw
          </button>
        ),
    },
  ];
}
