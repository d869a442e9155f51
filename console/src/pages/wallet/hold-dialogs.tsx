import { useState } from 'react';
import { creditsText } from '../../parts/amounts';
import { compare, isDecimal, minus } from '../../parts/decimals';
import { ConfirmDialog } from '../../parts/dialog';
import { AmountField, CheckField, TextField } from '../../parts/form';
import { InstantField } from '../../parts/instant-field';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';
import { leavesWords } from './debit-dialog';
import { useBalance } from './reads';

type Wallet = Schemas['WalletDto'];
type Hold = Schemas['HoldDto'];

const TOUCHES = ['wallets', 'top-ups', 'analytics'];

/** Reserves credits for something that is going on. */
export function HoldDialog({ wallet, onClose }: { wallet: Wallet; onClose: () => void }) {
  const { id } = wallet;
  const [credits, setCredits] = useState('');
  const [expiresAt, setExpiresAt] = useState('');
  const [description, setDescription] = useState('');
  const left = useBalance(id).data?.available;
  const holding = useAction({
    run: (_input, key) =>
      dataOf(
        api.POST('/v1/wallets/{id}/holds', {
          params: { path: { id } },
          body: { credits, expires_at: expiresAt || null, description: description || null, idempotency_key: key },
        }),
      ),
    touches: TOUCHES,
    done: () => `${creditsText(credits)} on hold`,
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title="Hold credits"
      confirm={`Hold ${isDecimal(credits) ? creditsText(credits) : 'credits'}`}
      isPending={holding.isPending}
      error={holding.error}
      fields={['credits', 'expires_at', 'description']}
      onConfirm={() => holding.mutate()}
      onClose={onClose}
    >
      <AmountField
        name="credits"
        label="Credits"
        hint={left !== undefined && leavesWords(credits, left, wallet)}
        value={credits}
        onChange={setCredits}
      />
      <InstantField
        name="expires_at"
        label="Given back if nobody has captured them by"
        hint="Empty: they stay on hold until somebody captures or releases them"
        value={expiresAt}
        onChange={setExpiresAt}
      />
      <TextField name="description" label="What for (optional)" value={description} onChange={setDescription} />
    </ConfirmDialog>
  );
}

/** Charges what a hold has reserved, or a part of it. */
export function CaptureDialog({ hold, onClose }: { hold: Hold; onClose: () => void }) {
  const [credits, setCredits] = useState(hold.held);
  const [isFinal, setFinal] = useState(true);
  const capturing = useAction({
    run: (_input, key) =>
      dataOf(
        api.POST('/v1/wallets/{id}/holds/{hold_id}/capture', {
          params: { path: { id: hold.wallet_id, hold_id: hold.id } },
          body: { credits, final: isFinal, idempotency_key: key },
        }),
      ),
    touches: TOUCHES,
    done: () => `Charged ${creditsText(credits)}`,
    onDone: onClose,
  });
  const rest = isDecimal(credits) ? minus(hold.held, credits) : '0';
  return (
    <ConfirmDialog
      title="Capture this hold"
      confirm={`Charge ${isDecimal(credits) ? creditsText(credits) : 'credits'}`}
      isPending={capturing.isPending}
      error={capturing.error}
      fields={['credits']}
      onConfirm={() => capturing.mutate()}
      onClose={onClose}
    >
      <AmountField
        name="credits"
        label="Credits"
        hint={`${creditsText(hold.held)} are reserved${compare(hold.overage, '0') > 0 ? `, and ${creditsText(hold.overage)} beyond may be charged` : ''}`}
        value={credits}
        onChange={setCredits}
      />
      <CheckField
        name="final"
        label={compare(rest, '0') > 0 ? `Give the rest back: ${creditsText(rest)}` : 'That was all of it'}
        checked={isFinal}
        onChange={setFinal}
      />
    </ConfirmDialog>
  );
}

/** Gives back what a hold has reserved. */
export function ReleaseDialog({ hold, onClose }: { hold: Hold; onClose: () => void }) {
  const releasing = useAction({
    run: (_input, key) =>
      dataOf(
        api.POST('/v1/wallets/{id}/holds/{hold_id}/release', {
          params: { path: { id: hold.wallet_id, hold_id: hold.id } },
          body: { idempotency_key: key },
        }),
      ),
    touches: TOUCHES,
    done: `Released ${creditsText(hold.held)}`,
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title="Release this hold?"
      confirm={`Release ${creditsText(hold.held)}`}
      isPending={releasing.isPending}
      error={releasing.error}
      onConfirm={() => releasing.mutate()}
      onClose={onClose}
    >
      <p>{creditsText(hold.held)} can be spent again. Whoever made the hold cannot charge it any more.</p>
    </ConfirmDialog>
  );
}
