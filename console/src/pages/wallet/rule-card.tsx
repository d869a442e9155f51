import { useState } from 'react';
import { Badge } from '../../parts/badge';
import { Section } from '../../parts/layout';
import type { Schemas } from '../../session/api';
import { useMay } from '../../session/session';
import { RuleEditor } from './rule-editor';
import { pauseWords, paymentWords, ruleWords } from './rule-words';
import { SwitchRuleDialog } from './switch-rule-dialog';

type Wallet = Schemas['WalletDto'];

/** The rule in words, and what can be done to it. */
export function RuleCard({ wallet }: { wallet: Wallet }) {
  const { auto_topup: rule } = wallet;
  return (
    <Section title="Automatic top-up" actions={<RuleActions wallet={wallet} />}>
      <div className="card rule">
        <p>
          <RuleState rule={rule} />
        </p>
        <p className="rule-words">{ruleWords(wallet)}</p>
        {rule && <p className="muted">{paymentWords(wallet)}</p>}
        {rule?.enabled && rule.paused_reason !== null && (
          <p>
            It buys nothing until somebody resumes it, because {pauseWords(rule.paused_reason)}. Saving the rule resumes
            it, too.
          </p>
        )}
      </div>
    </Section>
  );
}

function RuleState({ rule }: { rule: Wallet['auto_topup'] }) {
  if (!rule) return <Badge>none</Badge>;
  if (!rule.enabled) return <Badge>off</Badge>;
  return rule.paused_reason === null ? <Badge tone="good">on</Badge> : <Badge tone="warn">paused</Badge>;
}

function RuleActions({ wallet }: { wallet: Wallet }) {
  const [shown, show] = useState<'editor' | 'switch' | null>(null);
  const { auto_topup: rule } = wallet;
  if (!useMay('wallets:write') || wallet.wallet_status === 'closed') return null;
  const switchWords = !rule?.enabled ? 'Switch on' : rule.paused_reason === null ? 'Switch off' : 'Resume';
  return (
    <>
      {rule && (
        <button type="button" onClick={() => show('switch')}>
          {switchWords}
        </button>
      )}
      <button type="button" onClick={() => show('editor')}>
        {rule ? 'Change' : 'Set up'}
      </button>
      {shown === 'editor' && <RuleEditor wallet={wallet} onClose={() => show(null)} />}
      {shown === 'switch' && <SwitchRuleDialog wallet={wallet} words={switchWords} onClose={() => show(null)} />}
    </>
  );
}
