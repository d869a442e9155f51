import { Pager, usePaging } from '../../parts/data-table';
import { Definitions, Section } from '../../parts/layout';
import { Empty, Found } from '../../parts/states';
import { Money } from '../../parts/amounts';
import type { Schemas } from '../../session/api';
import { DecisionTimeline } from './decision-timeline';
import { useDecisions } from './reads';
import { RuleCard } from './rule-card';

type Wallet = Schemas['WalletDto'];

/** The rule, its limits, and each answer that it has given. */
export function RuleTab({ wallet }: { wallet: Wallet }) {
  const { top_up_limits: limits, currency } = wallet;
  return (
    <>
      <RuleCard wallet={wallet} />
      {limits && (
        <Section title="Limits">
          <Definitions
            of={[
              ['In any 60 minutes', `${limits.max_per_hour}, then it is paused`],
              ['Units at once', limits.max_units],
              ['Purchases in a calendar month', limits.monthly_count ?? 'no limit'],
              [
                'Money in a calendar month',
                limits.monthly_amount === null ? (
                  'no limit'
                ) : (
                  <Money key="money" value={limits.monthly_amount} currency={currency} />
                ),
              ],
            ]}
          />
        </Section>
      )}
      <Decisions walletId={wallet.id} />
    </>
  );
}

function Decisions({ walletId }: { walletId: string }) {
  const paging = usePaging();
  return (
    <Section title="Why it did, why it did not">
      <Found query={useDecisions(walletId, paging)}>
        {({ items, pagination }) =>
          pagination.total === 0 ? (
            <Empty title="Nothing was decided yet.">
              <p>There is an entry once the balance gives the rule a reason to buy.</p>
            </Empty>
          ) : (
            <>
              <DecisionTimeline decisions={items} />
              <Pager of="Decisions" paging={paging} shown={items.length} total={pagination.total} />
            </>
          )
        }
      </Found>
    </Section>
  );
}
