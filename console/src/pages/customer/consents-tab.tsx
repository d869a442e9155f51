import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { creditsText, moneyText } from '../../parts/amounts';
import { usePaging, Pager } from '../../parts/data-table';
import { digitsOf, fromMinor } from '../../parts/digits';
import { Json } from '../../parts/json';
import { Section } from '../../parts/layout';
import { Empty, Found } from '../../parts/states';
import { Timeline } from '../../parts/timeline';
import { useAuthors } from '../../parts/use-authors';
import { triggerWords } from '../../parts/words';
import { api, dataOf, type Schemas } from '../../session/api';

type Consent = Schemas['ConsentDto'];

/** What the account agreed to when, and each purchase under it. */
export function ConsentsTab({ customer: { id } }: { customer: Schemas['CustomerDto'] }) {
  const paging = usePaging();
  const { limit, offset } = paging;
  const consents = useQuery({
    queryKey: ['customers', id, 'consents', { limit, offset }],
    queryFn: () =>
      dataOf(
        api.GET('/v1/customers/{customer_id}/consents', {
          params: { path: { customer_id: id }, query: { limit, offset } },
        }),
      ),
    placeholderData: keepPreviousData,
  });
  const authorOf = useAuthors(consents.data?.items.map(({ created_by }) => created_by) ?? []);
  return (
    <Section title="What was agreed to, and what was charged under it">
      <Found query={consents}>
        {({ items, pagination }) =>
          items.length === 0 && offset === 0 ? (
            <Empty title="Nothing was agreed to yet.">
              <p>There is an entry when the account chooses a pack and when to buy it.</p>
            </Empty>
          ) : (
            <>
              <Timeline
                label="Consents, the newest first"
                moments={items.map((consent) => ({
                  id: consent.id,
                  at: consent.created_at,
                  title: titleOf(consent),
                  tone: consent.kind === 'charge' ? 'good' : 'info',
                  body: <Body consent={consent} author={authorOf(consent.created_by)} />,
                }))}
              />
              <Pager of="Consents" paging={paging} shown={items.length} total={pagination.total} />
            </>
          )
        }
      </Found>
    </Section>
  );
}

function titleOf({ kind, charge, currency, price_minor: price }: Consent): string {
  const money = (minor: number) => moneyText(fromMinor(minor, digitsOf(currency ?? '')), currency ?? '');
  if (kind === 'charge') return charge ? `${creditsText(charge.credits)} for ${money(charge.total_minor)}` : 'A charge';
  return price === null ? 'Changed what is bought: no pack' : `Agreed to buy a pack for ${money(price)}`;
}

function Body({ consent, author }: { consent: Consent; author: string }) {
  const { charge, wallet_id: wallet, from, to } = consent;
  return (
    <>
      <p className="figures-line">
        <Link href={`/wallets/${wallet}`}>The wallet</Link>
        {charge && <Link href={`/top-ups/${charge.top_up_id}`}>{triggerWords(charge.trigger)}</Link>}
        {charge && <span className="muted">{charge.top_up_status.replaceAll('_', ' ')}</span>}
        <span className="muted">by {author}</span>
      </p>
      {to !== null && (
        <details>
          <summary>Before and after</summary>
          <Json label="Before and after" value={{ from, to }} />
        </details>
      )}
    </>
  );
}
