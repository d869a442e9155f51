import { Copyable } from '../../parts/copy';
import { Card } from '../../parts/layout';
import type { Schemas } from '../../session/api';

/** What a customer has to be sent while their bank wants to hear from them. */
export function Confirmation({ topUp: { status, action_url: url } }: { topUp: Schemas['TopUpResponse'] }) {
  if (status !== 'requires_action') return null;
  return (
    <Card>
      <h2>The cardholder has to confirm this payment</h2>
      <p className="muted">
        {url === null ? 'There is no link to send them: another card on file takes its place.' : 'Send them this link.'}{' '}
        Nothing more is bought for the wallet until they have, or 24 hours are over.
      </p>
      {url !== null && <Copyable text={url} what="link" />}
    </Card>
  );
}
