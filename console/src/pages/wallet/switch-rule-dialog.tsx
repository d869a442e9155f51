import { ConfirmDialog } from '../../parts/dialog';
import { useAction } from '../../parts/use-action';
import { api, dataOf, type Schemas } from '../../session/api';
import { ruleWords } from './rule-words';
import { purchaseWords, usePreview, WhatWouldHappen } from './what-would-happen';

interface SwitchRuleProps {
  wallet: Schemas['WalletDto'];
  /** "Switch on", "Switch off", "Resume". */
  words: string;
  onClose: () => void;
}

/** Switches the rule on or off, or ends its pause; says first what that does. */
export function SwitchRuleDialog({ wallet, words, onClose }: SwitchRuleProps) {
  const { id } = wallet;
  const isOff = words === 'Switch off';
  const change = { auto_topup: { enabled: !isOff } };
  const preview = usePreview(id, change);
  const switching = useAction({
    run: () =>
      words === 'Resume'
        ? dataOf(api.POST('/v1/wallets/{id}/auto-topup/resume', { params: { path: { id } } }))
        : dataOf(api.PUT('/v1/wallets/{id}', { params: { path: { id } }, body: change })),
    touches: ['wallets', 'top-ups', 'analytics'],
    done: isOff ? 'Automatic top-up is off' : 'Automatic top-up is on',
    onDone: onClose,
  });
  const purchase = purchaseWords(preview.data);
  return (
    <ConfirmDialog
      title={`${words === 'Resume' ? 'Resume' : words} automatic top-up?`}
      confirm={purchase === undefined ? words : `${words}, and ${purchase}`}
      isPending={switching.isPending}
      error={switching.error}
      onConfirm={() => switching.mutate()}
      onClose={onClose}
    >
      <p>{ruleWords(wallet)}</p>
      <WhatWouldHappen preview={preview} />
    </ConfirmDialog>
  );
}
