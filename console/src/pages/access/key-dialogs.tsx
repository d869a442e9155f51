import { useState } from 'react';
import { ConfirmDialog } from '../../parts/dialog';
import { CheckGroup, SelectField, TextField } from '../../parts/form';
import { InstantField } from '../../parts/instant-field';
import { faultAt } from '../../parts/typed';
import { useAction } from '../../parts/use-action';
import { api, dataOf, RefillError, type Schemas } from '../../session/api';
import { useSession } from '../../session/session';
import { type KindOfKey, type Scope, scopesOfKind, scopeWords } from './scope-words';

type Key = Schemas['SecretDto'];
type Created = Schemas['CreatedApiKeyDto'];

const KINDS = [
  ['server', 'Server: your backend'],
  ['account', 'Account: one customer, for what they run themselves'],
  ['publishable', 'Publishable: every visitor, sees what is on sale'],
] as const;
const EMPTY = {
  name: '',
  kind: 'server' as KindOfKey,
  customer: '',
  extent: 'all' as 'all' | 'some',
  scopes: [] as Scope[],
  expires: '',
};

/** Asks what a new key is to be for, and what it may do: never more than whoever makes it. */
export function CreateKey({ onClose, onCreated }: { onClose: () => void; onCreated: (created: Created) => void }) {
  const { scopes: own } = useSession();
  const [draft, setDraft] = useState(EMPTY);
  const change = (changes: Partial<typeof EMPTY>) => setDraft((before) => ({ ...before, ...changes }));
  const { all, more } = scopesOfKind(draft.kind);
  const offered = [...all, ...more].filter((scope) => own.includes(scope));
  const creating = useAction({
    run: async () => dataOf(api.POST('/v1/secrets/api/keys', { body: await bodyOf(draft) })),
    touches: ['keys', 'audit'],
    done: 'Made the key',
    onDone: (created) => {
      onClose();
      onCreated(created);
    },
  });
  const isEmpty = draft.extent === 'some' && draft.scopes.length === 0;
  return (
    <ConfirmDialog
      title="New key"
      confirm="Make key"
      fields={['name', 'type', 'customer_id', 'scopes', 'expires_at']}
      isPending={creating.isPending || isEmpty}
      error={creating.error}
      onClose={onClose}
      onConfirm={() => creating.mutate()}
    >
      <TextField
        name="name"
        label="What it is for"
        hint="What is done with it is written down under this name."
        autoComplete="off"
        value={draft.name}
        onChange={(name) => change({ name })}
      />
      <SelectField
        name="type"
        label="Kind"
        value={draft.kind}
        onChange={(kind) => change({ kind, scopes: [], extent: 'all' })}
        options={KINDS}
      />
      {draft.kind === 'account' && (
        <TextField
          name="customer_id"
          label="Customer"
          hint="The customer’s id, or your own id of them."
          autoComplete="off"
          value={draft.customer}
          onChange={(customer) => change({ customer })}
        />
      )}
      {draft.kind !== 'publishable' && (
        <SelectField
          name="scopes"
          label="May do"
          value={draft.extent}
          onChange={(extent) => change({ extent })}
          options={[
            ['all', draft.kind === 'server' ? 'Everything' : 'Everything that an account may'],
            ['some', 'Only what I choose'],
          ]}
        />
      )}
      {draft.extent === 'some' && (
        <CheckGroup
          name="chosen"
          label="It may"
          options={offered.map((scope) => [scope, scopeWords(scope)] as const)}
          chosen={draft.scopes}
          onChange={(scopes) => change({ scopes })}
        />
      )}
      <InstantField
        name="expires_at"
        label="Ends"
        hint="Never when empty."
        value={draft.expires}
        onChange={(expires) => change({ expires })}
      />
    </ConfirmDialog>
  );
}

async function bodyOf({ name, kind, customer, extent, scopes, expires }: typeof EMPTY) {
  return {
    name,
    type: kind === 'publishable' ? ('publishable_key' as const) : ('private_key' as const),
    customer_id: kind === 'account' ? await customerIdOf(customer.trim()) : null,
    scopes: extent === 'some' ? scopes : null,
    expires_at: expires || null,
  };
}

/** Of our id, or of the tenant's own. */
async function customerIdOf(text: string): Promise<string> {
  if (text === '') throw faultAt('customer_id', 'is required');
  if (text.startsWith('cust_')) return text;
  try {
    const params = { path: { external_id: text } };
    return (await dataOf(api.GET('/v1/customers/external/{external_id}', { params }))).id;
  } catch (error) {
    if (error instanceof RefillError && error.status === 404) throw faultAt('customer_id', 'there is no such customer');
    throw error;
  }
}

interface RevokeProps {
  secret: Key;
  onClose: () => void;
  /** Keys that it has made work on. */
  onLeft: () => void;
}

/** Asks before a key is revoked, by its name. */
export function RevokeKey({ secret, onClose, onLeft }: RevokeProps) {
  const { key: own } = useSession();
  const revoking = useAction({
    run: async () => {
      const { response } = await api.DELETE('/v1/secrets/api/keys/{id}', { params: { path: { id: secret.id } } });
      return response.headers.get('Keys-Made')?.split(',').length ?? 0;
    },
    touches: ['keys', 'audit', 'session'],
    done: (left) =>
      left === 0 ? `Revoked ${secret.name}` : `Revoked ${secret.name}. Keys that it has made work on: ${left}`,
    onDone: (left) => {
      onClose();
      if (left > 0) onLeft();
    },
  });
  return (
    <ConfirmDialog
      title={`Revoke ${secret.name}`}
      confirm={`Revoke ${secret.name}`}
      isDangerous
      isPending={revoking.isPending}
      error={revoking.error}
      onClose={onClose}
      onConfirm={() => revoking.mutate()}
    >
      <p>
        Requests with <code>{secret.display_id}</code> are refused everywhere within 5 seconds, for good. Keys that it
        has made work on.
      </p>
      {secret.id === own.id && <p className="fault">You are logged in with it: this ends your session.</p>}
    </ConfirmDialog>
  );
}
