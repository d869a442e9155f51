import { useState } from 'react';
import { ConfirmDialog } from '../../parts/dialog';
import { LinkToSend, RETURN_FIELDS, type ReturnAddresses, ReturnAddressFields } from '../../parts/link-to-send';
import { useAction } from '../../parts/use-action';
import { api, dataOf } from '../../session/api';

/** A page of the payment provider's on which a customer saves a card, which never comes here. */
export function CardLinkDialog({ customerId, onClose }: { customerId: string; onClose: () => void }) {
  const [addresses, setAddresses] = useState<ReturnAddresses>({ success_url: '', cancel_url: '' });
  const making = useAction({
    run: () =>
      dataOf(
        api.POST('/v1/customers/{customer_id}/setup', {
          params: { path: { customer_id: customerId } },
          body: { via: 'page', ...addresses },
        }),
      ),
    touches: [],
    done: 'Made a link',
  });
  if (making.data) {
    return (
      <LinkToSend title="A link to save a card" url={making.data.url} onClose={onClose}>
        Good for 24 hours and one card, which takes the place of the one that is charged now.
      </LinkToSend>
    );
  }
  return (
    <ConfirmDialog
      title="A link to save a card"
      confirm="Make a link"
      isPending={making.isPending}
      error={making.error}
      fields={RETURN_FIELDS}
      onConfirm={() => making.mutate()}
      onClose={onClose}
    >
      <p>The customer gives the card to the payment provider, on its page. Nothing is charged.</p>
      <ReturnAddressFields value={addresses} onChange={setAddresses} />
    </ConfirmDialog>
  );
}
