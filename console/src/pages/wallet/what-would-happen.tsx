import { keepPreviousData, useQuery, type UseQueryResult } from '@tanstack/react-query';
import { Link } from 'wouter';
import { creditsText, moneyText } from '../../parts/amounts';
import { isZero } from '../../parts/decimals';
import { digitsOf, fromMinor } from '../../parts/digits';
import { Instant } from '../../parts/instant';
import { Loading } from '../../parts/states';
import { api, dataOf, type Schemas } from '../../session/api';
import { verdictNowWords, whyWords } from './rule-words';

type Preview = Schemas['WalletPreviewDto'];
type Change = Schemas['UpdateWalletDto'];

/** What a change of the wallet would do now, asked of the service and not done. */
export function usePreview(walletId: string, change: Change): UseQueryResult<Preview> {
  return useQuery({
    queryKey: ['wallets', walletId, 'preview', change],
    queryFn: () => dataOf(api.POST('/v1/wallets/{id}/preview', { params: { path: { id: walletId } }, body: change })),
    placeholderData: keepPreviousData,
    // What the dialog was opened for: yesterday's answer is none.
    staleTime: 0,
  });
}

/** "buy 50 credits for 50.00 USD", for a button; undefined where nothing would be bought. */
export function purchaseWords(preview: Preview | undefined): string | undefined {
  if (!preview || preview.top_ups.length === 0) return undefined;
  return preview.top_ups.map((topUp) => `buy ${creditsText(topUp.credits)} for ${priceWords(topUp)}`).join(', ');
}

/** The same as sentences, with the reasons. */
export function WhatWouldHappen({ preview }: { preview: UseQueryResult<Preview> }) {
  const { data, error } = preview;
  return (
    <section className="would" aria-label="What would happen now" aria-live="polite">
      <h3>What would happen now</h3>
      {error ? <p>That cannot be saved as it stands.</p> : data ? <Said preview={data} /> : <Loading />}
    </section>
  );
}

function Said({ preview }: { preview: Preview }) {
  const { top_ups: topUps, canceled_top_up_ids: canceled, decisions } = preview;
  // A purchase says its reason, too.
  const others = decisions.filter(({ verdict }) => verdict !== 'buy' || topUps.length === 0);
  return (
    <ul>
      {topUps.map((topUp) => (
        <li key={topUp.trigger}>
          <strong>
            It buys {creditsText(topUp.credits)} for {priceWords(topUp)}
          </strong>
          , {topUp.invoicing ? 'by invoice' : 'charged to the card on file'}
          {topUp.fee_minor > 0 && `, a fee of ${feeOf(topUp)} included`}
          {!isZero(topUp.bonus_credits) && `, with ${creditsText(topUp.bonus_credits)} free`}.
        </li>
      ))}
      {canceled.map((id) => (
        <li key={id}>
          It takes back <Link href={`/top-ups/${id}`}>a top-up that waits</Link>.
        </li>
      ))}
      {others.map(({ trigger, verdict, code, reason, next_evaluation_at: next }) => (
        <li key={trigger + code}>
          {verdictNowWords(verdict)}: {whyWords(reason)}.
          {next !== null && (
            <>
              {' '}
              It looks again <Instant at={next} />.
            </>
          )}
        </li>
      ))}
      {topUps.length + canceled.length + decisions.length === 0 && <li>Nothing: there is no reason to buy now.</li>}
    </ul>
  );
}

function priceWords({ price_minor: price, currency }: Preview['top_ups'][number]): string {
  return moneyText(fromMinor(price, digitsOf(currency)), currency);
}

function feeOf({ fee_minor: fee, currency }: Preview['top_ups'][number]): string {
  return moneyText(fromMinor(fee, digitsOf(currency)), currency);
}
