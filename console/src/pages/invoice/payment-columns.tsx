import { Money } from '../../parts/amounts';
import { StatusBadge } from '../../parts/badge';
import type { Column } from '../../parts/data-table';
import { Instant } from '../../parts/instant';
import { IdLink } from '../../parts/links';
import type { Schemas } from '../../session/api';

type Payment = Schemas['PaymentDto'];

/** What a list of payments shows, of one invoice or of all. */
export const PAYMENT_COLUMNS: Column<Payment>[] = [
  { head: 'Amount', cell: ({ amount, currency }) => <Money value={amount} currency={currency} /> },
  { head: 'State', cell: ({ payment_status: status }) => <StatusBadge status={status.toLowerCase()} /> },
  { head: 'How', cell: ({ payment_method_type: type }) => (type === 'CARD' ? 'By card' : 'Reported to us') },
  { head: 'Reference', cell: referenceOf },
  { head: 'Top-up', cell: ({ top_up_id: id }) => (id === null ? '–' : <IdLink to="/top-ups" id={id} />) },
  { head: 'What went wrong', cell: ({ error_message: message }) => message || '–' },
  { head: 'When', cell: ({ created_at: at }) => <Instant at={at} /> },
];

function referenceOf({ gateway_payment_id: id, payment_gateway: gateway }: Payment) {
  if (id === null || id === '') return '–';
  return <code title={gateway ? `at ${gateway}` : undefined}>{id}</code>;
}
