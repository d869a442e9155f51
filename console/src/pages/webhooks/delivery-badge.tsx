import { Badge, type Tone } from '../../parts/badge';
import type { Schemas } from '../../session/api';

type Status = Schemas['DeliveryDto']['delivery_status'];

const TONES: Readonly<Record<Status, Tone>> = { pending: 'info', delivered: 'good', failed: 'bad' };

/** How a delivery stands; with `count`, how many stand so. */
export function DeliveryBadge({ status, count }: { status: Status; count?: number }) {
  return (
    <Badge tone={TONES[status]}>
      {count !== undefined && `${count} `}
      {status === 'pending' ? 'to be sent' : status}
    </Badge>
  );
}
