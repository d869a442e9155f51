import { useState } from 'react';
import { Link } from 'wouter';
import { ConfirmDialog, Dialog } from '../../parts/dialog';
import { SelectField, TextField } from '../../parts/form';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';
import { useSession } from '../../session/session';
import { type Role, roleName, ROLES } from './role-words';

type User = Schemas['TenantUserDto'];
type Left = Schemas['RemovalDto']['keys_made'];

/** Asks whom to invite; what comes of it is a link, which is shown once. */
export function Invite({
  onClose,
  onInvited,
}: {
  onClose: () => void;
  onInvited: (invitation: Schemas['NewInvitationDto']) => void;
}) {
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('read_only');
  const inviting = useAction({
    run: () => dataOf(api.POST('/v1/users/invitations', { body: { email, role } })),
    touches: ['users', 'audit'],
    done: 'Made the invitation',
    onDone: (invitation) => {
      onClose();
      onInvited(invitation);
    },
  });
  return (
    <ConfirmDialog
      title="Invite somebody"
      confirm="Make the link"
      fields={['email', 'role']}
      isPending={inviting.isPending}
      error={inviting.error}
      onClose={onClose}
      onConfirm={() => inviting.mutate()}
    >
      <TextField
        name="email"
        label="Their e-mail address"
        type="email"
        autoComplete="off"
        hint="They log in with it. An open invitation to it ends."
        value={email}
        onChange={setEmail}
      />
      <SelectField name="role" label="Role" value={role} onChange={setRole} options={ROLES} />
    </ConfirmDialog>
  );
}

/** Another role for somebody. */
export function ChangeRole({ user, onClose }: { user: User; onClose: () => void }) {
  const [role, setRole] = useState<Role>(user.role);
  const changing = useAction({
    run: () => api.PUT('/v1/users/{id}', { params: { path: { id: user.id } }, body: { role } }),
    // One's own role says what is offered.
    touches: ['users', 'audit', 'session'],
    done: `${user.email} is ${roleName(role)} now`,
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title={`The role of ${user.name || user.email}`}
      confirm="Change role"
      fields={['role']}
      isPending={changing.isPending || role === user.role}
      error={changing.error}
      onClose={onClose}
      onConfirm={() => changing.mutate()}
    >
      <SelectField name="role" label="Role" value={role} onChange={setRole} options={ROLES} />
      <p className="muted">Wherever they are logged in, it holds within 5 seconds.</p>
    </ConfirmDialog>
  );
}

interface RemoveProps {
  user: User;
  onClose: () => void;
  /** With the keys that they had made, which work on. */
  onRemoved: (keys: Left) => void;
}

/** Asks before somebody is removed. */
export function RemoveUser({ user, onClose, onRemoved }: RemoveProps) {
  const { user: me } = useSession();
  const removing = useAction({
    run: () => dataOf(api.DELETE('/v1/users/{id}', { params: { path: { id: user.id } } })),
    touches: ['users', 'audit', 'session'],
    done: `Removed ${user.email}`,
    onDone: ({ keys_made }) => {
      onClose();
      onRemoved(keys_made);
    },
  });
  return (
    <ConfirmDialog
      title={`Remove ${user.email}`}
      confirm={`Remove ${user.email}`}
      isDangerous
      isPending={removing.isPending}
      error={removing.error}
      onClose={onClose}
      onConfirm={() => removing.mutate()}
    >
      <p>
        Their log-ins end within 5 seconds, and their open invitations with them. API keys that they have made work on.
      </p>
      {user.id === me?.id && <p className="fault">This is you: it ends your session.</p>}
    </ConfirmDialog>
  );
}

/** What somebody who was removed has left behind. */
export function KeysLeft({ keys, onClose }: { keys: Left; onClose: () => void }) {
  return (
    <Dialog title="Keys that work on" onClose={onClose}>
      <p>They were made by who has been removed. Revoke those that should not work any more.</p>
      <ul className="bullets">
        {keys.map(({ id, name, display_id }) => (
          <li key={id}>
            <strong>{name}</strong> <code className="muted">{display_id}</code>
          </li>
        ))}
      </ul>
      <div className="dialog-actions">
        <Link href="/keys">API keys</Link>
        <button type="button" className="primary" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}

/** Asks before an invitation is withdrawn. */
export function WithdrawInvitation({
  invitation,
  onClose,
}: {
  invitation: Schemas['InvitationDto'];
  onClose: () => void;
}) {
  const withdrawing = useAction({
    run: () => api.DELETE('/v1/users/invitations/{id}', { params: { path: { id: invitation.id } } }),
    touches: ['users', 'audit'],
    done: `Withdrew the invitation of ${invitation.email}`,
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title="Withdraw the invitation"
      confirm="Withdraw"
      isDangerous
      isPending={withdrawing.isPending}
      error={withdrawing.error}
      onClose={onClose}
      onConfirm={() => withdrawing.mutate()}
    >
      <p>
        The link for <strong>{invitation.email}</strong> opens nothing any more.
      </p>
    </ConfirmDialog>
  );
}
