import { useState } from 'react';
import { useLocation } from 'wouter';
import { ConfirmDialog } from '../../parts/dialog';
import { useAction } from '../../parts/use-action';
import { api, type Schemas } from '../../session/api';
import { useMay } from '../../session/session';
import { CustomerDialog } from './customer-dialog';
import { PortalDialog } from './portal-dialog';

type Customer = Schemas['CustomerDto'];

/** What can be done with a customer as a whole. */
export function CustomerActions({ customer }: { customer: Customer }) {
  const [shown, show] = useState<'portal' | 'change' | 'delete' | null>(null);
  const mayWrite = useMay('customers:write');
  const close = () => show(null);
  return (
    <>
      {useMay('wallets:read') && (
        <button type="button" onClick={() => show('portal')}>
          Portal
        </button>
      )}
      {mayWrite && (
        <>
          <button type="button" onClick={() => show('change')}>
            Change
          </button>
          <button type="button" className="danger" onClick={() => show('delete')}>
            Delete
          </button>
        </>
      )}
      {shown === 'portal' && <PortalDialog customer={customer} onClose={close} />}
      {shown === 'change' && <CustomerDialog customer={customer} onClose={close} />}
      {shown === 'delete' && <DeleteDialog customer={customer} onClose={close} />}
    </>
  );
}

function DeleteDialog({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const [, go] = useLocation();
  const deleting = useAction({
    run: async () => {
      await api.DELETE('/v1/customers/{id}', { params: { path: { id: customer.id } } });
    },
    touches: ['customers', 'wallets'],
    done: 'Deleted the customer',
    onDone: () => go('/customers'),
  });
  return (
    <ConfirmDialog
      title={`Delete ${customer.name || customer.external_id}?`}
      confirm="Delete the customer"
      isDangerous
      isPending={deleting.isPending}
      error={deleting.error}
      onConfirm={() => deleting.mutate()}
      onClose={onClose}
    >
      <p>
        Their keys and portal sessions end at once. Wallets have to be closed before: nothing is deleted while one is
        open. What has happened can still be read.
      </p>
    </ConfirmDialog>
  );
}
