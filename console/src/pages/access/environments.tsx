import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Badge } from '../../parts/badge';
import { Copyable } from '../../parts/copy';
import { type Column, DataTable, usePaging } from '../../parts/data-table';
import { ConfirmDialog } from '../../parts/dialog';
import { SelectField, TextField } from '../../parts/form';
import { Instant } from '../../parts/instant';
import { Page } from '../../parts/layout';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';
import { useMay, useSession } from '../../session/session';

type Environment = Schemas['EnvironmentDto'];

/** The tenant's environments: each has customers, wallets, settings and keys of its own. */
export default function EnvironmentsPage() {
  const { environment: here } = useSession();
  const mayWrite = useMay('tenant:write');
  const [open, setOpen] = useState<{ environment: Environment | null } | null>(null);
  const paging = usePaging();
  const { limit, offset } = paging;
  const query = useQuery({
    queryKey: ['environments', { limit, offset }],
    queryFn: async () => {
      const found = await dataOf(api.GET('/v1/environments', { params: { query: { limit, offset } } }));
      return { items: found.environments, pagination: found };
    },
    placeholderData: keepPreviousData,
  });
  return (
    <Page
      title="Environments"
      actions={
        mayWrite && (
          <button className="primary" type="button" onClick={() => setOpen({ environment: null })}>
            New environment
          </button>
        )
      }
    >
      <DataTable
        caption="Environments"
        columns={columnsOf(here.id, mayWrite ? (environment) => setOpen({ environment }) : null)}
        rowKey={({ id }) => id}
        query={query}
        paging={paging}
        empty="There are no environments."
      />
      {open && <EditEnvironment environment={open.environment} onClose={() => setOpen(null)} />}
    </Page>
  );
}

function EditEnvironment({ environment, onClose }: { environment: Environment | null; onClose: () => void }) {
  const { environment: here } = useSession();
  const [name, setName] = useState(environment?.name ?? '');
  const [type, setType] = useState<Environment['type']>('development');
  const saving = useAction<unknown>({
    run: () =>
      environment
        ? api.PUT('/v1/environments/{id}', { params: { path: { id: environment.id } }, body: { name } })
        : api.POST('/v1/environments', { body: { name, type } }),
    touches: ['environments', 'session', 'audit'],
    done: environment ? 'Renamed the environment' : 'Made the environment: it is in the list at the side now',
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title={environment ? `Rename ${environment.name}` : 'New environment'}
      confirm={environment ? 'Rename' : 'Make environment'}
      fields={['name', 'type']}
      isPending={saving.isPending}
      error={saving.error}
      onClose={onClose}
      onConfirm={() => saving.mutate()}
    >
      <TextField name="name" label="Name" autoComplete="off" value={name} onChange={setName} />
      {!environment && (
        <SelectField
          name="type"
          label="Kind"
          value={type}
          onChange={setType}
          hint="It has no keys yet. Go there, and make them."
          options={
            here.type === 'production'
              ? [DEVELOPMENT, ['production', 'Production: cards are charged']]
              : // The service makes no production environment for who is in another one.
                [DEVELOPMENT]
          }
        />
      )}
    </ConfirmDialog>
  );
}

const DEVELOPMENT = ['development', 'Development: no real money'] as const;

/** @param rename asks for another name; null for who may not */
function columnsOf(hereId: string, rename: ((environment: Environment) => void) | null): Column<Environment>[] {
  const columns: Column<Environment>[] = [
    {
      head: 'Name',
      cell: ({ id, name }) => (
        <span>
          <strong>{name}</strong> {id === hereId && <Badge tone="info">you are here</Badge>}
        </span>
      ),
    },
    {
      head: 'Kind',
      cell: ({ type }) => (type === 'production' ? 'production' : <Badge tone="warn">development</Badge>),
    },
    { head: 'Id', cell: ({ id }) => <Copyable text={id} /> },
    { head: 'Since', cell: ({ created_at }) => <Instant at={created_at} dayOnly /> },
  ];
  if (!rename) return columns;
  const actions: Column<Environment> = {
    head: 'Actions',
    align: 'end',
    cell: (environment) => (
      <button
        type="button"
        className="quiet"
        aria-label={`Rename ${environment.name}`}
        onClick={() => rename(environment)}
      >
        Rename
      </button>
    ),
  };
  return [...columns, actions];
}
