import { Link } from 'wouter';
import { Empty, Found } from '../../parts/states';
import { Section } from '../../parts/layout';
import type { Schemas } from '../../session/api';
import { BalanceChart } from './balance-chart';
import { DecisionTimeline } from './decision-timeline';
import { useDecisions } from './reads';
import { RuleCard } from './rule-card';

type Wallet = Schemas['WalletDto'];

/** The newest decisions that are shown before all of them are asked for. */
const FEW = { limit: 4, offset: 0 };

/** What is looked at first: the balance over time, the rule, and its last decisions. */
export function OverviewTab({ wallet }: { wallet: Wallet }) {
  const decisions = useDecisions(wallet.id, FEW);
  return (
    <>
      <BalanceChart wallet={wallet} />
      <div className="two-columns">
        <RuleCard wallet={wallet} />
        <Section
          title="Why it did, why it did not"
          actions={<Link href={`/wallets/${wallet.id}/rule`}>All decisions</Link>}
        >
          <Found query={decisions}>
            {({ items }) =>
              items.length === 0 ? <Empty title="Nothing was decided yet." /> : <DecisionTimeline decisions={items} />
            }
          </Found>
        </Section>
      </div>
    </>
  );
}
