import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Copyable } from '../../parts/copy';
import { ConfirmDialog } from '../../parts/dialog';
import { CheckField, TextField } from '../../parts/form';
import { Found } from '../../parts/states';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';
import { Connection, orNull } from './connection';

type Stored = Schemas['StripeConnectionDto'];

const FIELDS = ['secret_key', 'publishable_key', 'webhook_secret', 'statement_descriptor_suffix', 'send_receipts'];

/** The environment's keys of Stripe: never shown, but for their ends. */
export function Stripe() {
  const query = useQuery({
    queryKey: ['settings', 'payments', 'stripe'],
    queryFn: () => orNull(dataOf(api.GET('/v1/settings/payments/stripe'))),
  });
  return (
    <Found query={query}>
      {(stored) => (
        <Connection
          title="Stripe"
          facts={stored ? factsOf(stored) : undefined}
          about="Connect it with the keys of your account at Stripe, and let it take the money then."
          disconnect={() => api.DELETE('/v1/settings/payments/stripe')}
          renderDialog={(close) => <EditStripe stored={stored} onClose={close} />}
        />
      )}
    </Found>
  );
}

function factsOf(stored: Stored): [string, React.ReactNode][] {
  return [
    ['Secret key', <Ending key="secret" of={stored.secret_key_last4} />],
    ['Publishable key', <Ending key="publishable" of={stored.publishable_key_last4} />],
    [
      'Webhook signing secret',
      stored.webhook_secret_last4 === null ? (
        'none: changes are found by asking'
      ) : (
        <Ending key="webhook" of={stored.webhook_secret_last4} />
      ),
    ],
    ['On statements of cards', stored.statement_descriptor_suffix || null],
    ['Receipts by e-mail', stored.send_receipts ? 'yes' : 'no'],
    ['Stripe’s webhook goes to', <Copyable key="path" text={location.origin + stored.webhook_path} what="address" />],
  ];
}

/** The end of something that is not shown. */
export function Ending({ of }: { of: string }) {
  return <code>…{of}</code>;
}

function EditStripe({ stored, onClose }: { stored: Stored | null; onClose: () => void }) {
  const [keys, setKeys] = useState({ secret_key: '', publishable_key: '', webhook_secret: '' });
  const [suffix, setSuffix] = useState(stored?.statement_descriptor_suffix ?? '');
  const [receipts, setReceipts] = useState(stored?.send_receipts ?? false);
  const saving = useAction({
    run: () =>
      api.PUT('/v1/settings/payments/stripe', {
        body: { ...keys, statement_descriptor_suffix: suffix, send_receipts: receipts },
      }),
    touches: ['settings'],
    done: 'Connected Stripe',
    onDone: onClose,
  });
  const field = (name: keyof typeof keys, label: string, placeholder: string, hint?: string) => (
    <TextField
      name={name}
      label={label}
      hint={hint}
      type="password"
      autoComplete="off"
      placeholder={placeholder}
      value={keys[name]}
      onChange={(text) => setKeys((before) => ({ ...before, [name]: text.trim() }))}
    />
  );
  return (
    <ConfirmDialog
      title="Stripe"
      confirm={stored ? 'Save' : 'Connect Stripe'}
      fields={FIELDS}
      isPending={saving.isPending}
      error={saving.error}
      onClose={onClose}
      onConfirm={() => saving.mutate()}
    >
      <p className="note">
        Test keys in a development environment, live keys in production.
        {stored && ' What is left empty stays as it is.'}
      </p>
      {field('secret_key', 'Secret key', 'sk_…', 'Or a restricted one. It is tried at Stripe first.')}
      {field('publishable_key', 'Publishable key', 'pk_…')}
      {field('webhook_secret', 'Webhook signing secret', 'whsec_…', 'Without one, changes are found by asking Stripe.')}
      <TextField
        name="statement_descriptor_suffix"
        label="On statements of cards"
        hint="What follows your name there: up to 22 letters."
        value={suffix}
        onChange={setSuffix}
      />
      <CheckField
        name="send_receipts"
        label="Stripe sends receipts by e-mail"
        checked={receipts}
        onChange={setReceipts}
      />
    </ConfirmDialog>
  );
}
