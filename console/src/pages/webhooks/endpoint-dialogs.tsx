import { useState } from 'react';
import { ConfirmDialog } from '../../parts/dialog';
import { CheckGroup, SelectField, TextField } from '../../parts/form';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';
import { EVENT_TYPES, type EventType } from './event-types';

type Endpoint = Schemas['EndpointDto'];
type NewEndpoint = Schemas['CreatedEndpointDto'];

const FIELDS = ['url', 'description', 'event_types'];
const TYPES = EVENT_TYPES.map(
  ([type, when]) =>
    [
      type,
      <>
        <code>{type}</code> <span className="muted">{when}</span>
      </>,
    ] as const,
);

interface EditProps {
  /** None for one that is to be. */
  endpoint?: Endpoint;
  onClose: () => void;
  /** With its secret, which is shown once. */
  onCreated?: (endpoint: NewEndpoint) => void;
}

/** Where events are sent, and which: for a new endpoint, and for one that is there. */
export function EditEndpoint({ endpoint, onClose, onCreated }: EditProps) {
  const [url, setUrl] = useState(endpoint?.url ?? '');
  const [description, setDescription] = useState(endpoint?.description ?? '');
  const [choice, setChoice] = useState<'all' | 'some'>(endpoint?.event_types ? 'some' : 'all');
  const [types, setTypes] = useState<EventType[]>(endpoint?.event_types ?? []);
  const saving = useAction({
    run: async () => {
      const body = { url, description, event_types: choice === 'all' ? [] : types };
      if (endpoint) {
        await api.PUT('/v1/webhooks/endpoints/{id}', { params: { path: { id: endpoint.id } }, body });
        return null;
      }
      return dataOf(api.POST('/v1/webhooks/endpoints', { body }));
    },
    touches: ['webhooks', 'webhook-endpoint'],
    done: endpoint ? 'Saved the endpoint' : 'Created the endpoint',
    onDone: (created) => {
      onClose();
      if (created) onCreated?.(created);
    },
  });
  return (
    <ConfirmDialog
      title={endpoint ? 'Change the endpoint' : 'New endpoint'}
      confirm={endpoint ? 'Save' : 'Create endpoint'}
      fields={FIELDS}
      isPending={saving.isPending || (choice === 'some' && types.length === 0)}
      error={saving.error}
      onClose={onClose}
      onConfirm={() => saving.mutate()}
    >
      <TextField
        name="url"
        label="Address"
        type="url"
        hint="https:// and a public host in production. Events are sent there by POST."
        placeholder="https://example.com/webhooks"
        value={url}
        onChange={setUrl}
      />
      <TextField name="description" label="What it is for" value={description} onChange={setDescription} />
      <SelectField
        name="event_types"
        label="Events"
        value={choice}
        onChange={setChoice}
        options={[
          ['all', 'All, also those of later versions'],
          ['some', 'Only those that I choose'],
        ]}
      />
      {choice === 'some' && (
        <CheckGroup name="types" label="Sent when" options={TYPES} chosen={types} onChange={setTypes} />
      )}
    </ConfirmDialog>
  );
}

const OVERLAPS = [
  ['86400', '24 hours'],
  ['3600', '1 hour'],
  ['0', 'no time: it has leaked'],
] as const;

/** Asks for how long the old secret is to sign too, and hands over the new one. */
export function RotateSecret({
  endpoint,
  onClose,
  onDone,
}: {
  endpoint: Endpoint;
  onClose: () => void;
  onDone: (secret: string) => void;
}) {
  const [overlap, setOverlap] = useState<(typeof OVERLAPS)[number][0]>('86400');
  const rotating = useAction({
    run: () =>
      dataOf(
        api.POST('/v1/webhooks/endpoints/{id}/rotate-secret', {
          params: { path: { id: endpoint.id } },
          body: { overlap_seconds: Number(overlap) },
        }),
      ),
    touches: ['webhooks'],
    done: 'Made a new secret',
    onDone: ({ secret }) => onDone(secret),
  });
  return (
    <ConfirmDialog
      title="Make a new secret"
      confirm="Make a new secret"
      fields={['overlap_seconds']}
      isDangerous={overlap === '0'}
      isPending={rotating.isPending}
      error={rotating.error}
      onClose={onClose}
      onConfirm={() => rotating.mutate()}
    >
      <SelectField
        name="overlap_seconds"
        label="The old secret signs beside it for"
        hint="Meanwhile each delivery carries both signatures, so none is lost while you change it."
        value={overlap}
        onChange={setOverlap}
        options={OVERLAPS}
      />
    </ConfirmDialog>
  );
}

/** Asks before an endpoint is removed. */
export function DeleteEndpoint({
  endpoint,
  onClose,
  onDone,
}: {
  endpoint: Endpoint;
  onClose: () => void;
  onDone: () => void;
}) {
  const deleting = useAction({
    run: () => api.DELETE('/v1/webhooks/endpoints/{id}', { params: { path: { id: endpoint.id } } }),
    touches: ['webhooks'],
    done: 'Deleted the endpoint',
    onDone,
  });
  return (
    <ConfirmDialog
      title="Delete the endpoint"
      confirm="Delete endpoint"
      isDangerous
      isPending={deleting.isPending}
      error={deleting.error}
      onClose={onClose}
      onConfirm={() => deleting.mutate()}
    >
      <p>
        <strong>{endpoint.url}</strong> is sent nothing more, not even what is waiting for it. To stop for a while,
        disable it instead.
      </p>
    </ConfirmDialog>
  );
}
