import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Copyable } from '../../parts/copy';
import { ConfirmDialog } from '../../parts/dialog';
import { TextField } from '../../parts/form';
import { Found } from '../../parts/states';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';
import { Connection, orNull } from './connection';
import { Ending } from './stripe';

type Stored = Schemas['BillingConnectionDto'];

/** Where the tenant's own billing system is. */
export function BillingSystem() {
  const query = useQuery({
    queryKey: ['settings', 'payments', 'webhook'],
    queryFn: () => orNull(dataOf(api.GET('/v1/settings/payments/webhook'))),
  });
  return (
    <Found query={query}>
      {(stored) => (
        <Connection
          title="Your billing system"
          facts={stored ? factsOf(stored) : undefined}
          about="Where money is taken by a system of your own: it is asked by signed requests."
          disconnect={() => api.DELETE('/v1/settings/payments/webhook')}
          renderDialog={(close) => <EditBillingSystem stored={stored} onClose={close} />}
        />
      )}
    </Found>
  );
}

function factsOf(stored: Stored): [string, React.ReactNode][] {
  return [
    ['Asked at', stored.url],
    ['Secret', <Ending key="secret" of={stored.secret_last4} />],
    ['It tells of payments at', <Copyable key="path" text={location.origin + stored.webhook_path} what="address" />],
  ];
}

function EditBillingSystem({ stored, onClose }: { stored: Stored | null; onClose: () => void }) {
  const [url, setUrl] = useState(stored?.url ?? '');
  const [secret, setSecret] = useState('');
  const saving = useAction({
    run: () => api.PUT('/v1/settings/payments/webhook', { body: { url: url.trim(), secret: secret.trim() || null } }),
    touches: ['settings'],
    done: 'Connected your billing system: it has answered a ping',
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title="Your billing system"
      confirm={stored ? 'Save' : 'Connect'}
      fields={['url', 'secret']}
      isPending={saving.isPending}
      error={saving.error}
      onClose={onClose}
      onConfirm={() => saving.mutate()}
    >
      <TextField
        name="url"
        label="Address"
        type="url"
        hint="It is tried with a signed ping, which has to be answered."
        placeholder="https://billing.example.com/refill"
        value={url}
        onChange={setUrl}
      />
      <TextField
        name="secret"
        label="Secret that both sides sign with"
        hint={`whsec_ and 24 to 64 bytes in base64.${stored ? ' Empty: it stays as it is.' : ''}`}
        type="password"
        autoComplete="off"
        value={secret}
        onChange={setSecret}
      />
    </ConfirmDialog>
  );
}
