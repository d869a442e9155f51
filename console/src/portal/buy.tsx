import { useState } from 'react';
import { Badge } from '../parts/badge';
import { creditsText } from '../parts/amounts';
import { ConfirmDialog } from '../parts/dialog';
import { CheckField, SelectField } from '../parts/form';
import { Section } from '../parts/layout';
import { Empty, Found } from '../parts/states';
import { useAction } from '../parts/use-action';
import { dataOf, type Schemas } from '../session/api';
import { cardText } from './card';
import { portalApi } from './portal-api';
import { minorText, type Pack, PriceLines, totalOf } from './prices';
import { useCard, usePacks } from './reads';

type Means = Schemas['PortalCardDto'];
type Way = 'card' | 'page';

/** What can be bought, with what it costs in all. */
export function Packs({ seller, mayManage }: { seller: string; mayManage: boolean }) {
  const packs = usePacks();
  const [chosen, setChosen] = useState<Pack | null>(null);
  return (
    <Section title={mayManage ? 'Buy credits' : 'What credits cost'}>
      <Found query={packs}>
        {({ results }) =>
          results.length === 0 ? (
            <Empty title="Nothing is on sale right now." />
          ) : (
            <ul className="portal-packs">
              {results.map((pack) => (
                <li key={pack.id} className="card">
                  <strong>{pack.name}</strong>
                  <span className="figure-value amount">{minorText(totalOf(pack), pack.currency_code)}</span>
                  <span className="muted">{detailsOf(pack)}</span>
                  {pack.discount > 0 && <Badge tone="good">{pack.discount}% less</Badge>}
                  {mayManage && (
                    <button type="button" className="primary wide" onClick={() => setChosen(pack)}>
                      Buy {creditsText(String(pack.pack_amount))}
                    </button>
                  )}
                </li>
              ))}
            </ul>
          )
        }
      </Found>
      {chosen && <Buying pack={chosen} seller={seller} onClose={() => setChosen(null)} />}
    </Section>
  );
}

/** What neither its name nor its price says. */
function detailsOf({ name, pack_amount: amount, fee, currency_code: currency }: Pack): string {
  const credits = creditsText(String(amount));
  return [name !== credits && credits, fee > 0 && `${minorText(fee, currency)} of it a fee`].filter(Boolean).join(', ');
}

function Buying({ pack, seller, onClose }: { pack: Pack; seller: string; onClose: () => void }) {
  const means = useCard().data;
  return means && <BuyDialog pack={pack} seller={seller} means={means} onClose={onClose} />;
}

interface BuyDialogProps {
  pack: Pack;
  seller: string;
  means: Means;
  onClose: () => void;
}

function BuyDialog({ pack, seller, means, onClose }: BuyDialogProps) {
  const { card, has_pages: hasPages } = means;
  const [way, setWay] = useState<Way>(card ? 'card' : 'page');
  const [keepsCard, setKeepsCard] = useState(false);
  const credits = creditsText(String(pack.pack_amount));
  const price = minorText(totalOf(pack), pack.currency_code);
  const buy = useAction({
    run: (_: void, key) =>
      dataOf(
        portalApi.POST('/v1/customer/portal/purchases', {
          params: { header: { 'Idempotency-Key': key } },
          body: {
            pack_id: pack.id,
            total: totalOf(pack),
            ...(way === 'page' ? { on_page: true, save_card: keepsCard } : {}),
          },
        }),
      ),
    touches: ['portal', 'portal-recent'],
    done: ({ outcome }) => (outcome === 'bought' ? `Bought ${credits}` : 'One step is left'),
    onDone: ({ is_checkout: isCheckout, action_url: url }) => {
      onClose();
      // In a frame the provider's page would not be shown: there it is a link, which opens a tab.
      if (isCheckout && url !== null && window.top === window.self) location.assign(url);
    },
  });
  const cannotPay = !card && !hasPages;
  return (
    <ConfirmDialog
      title={`Buy ${credits}`}
      confirm={way === 'page' ? `Go on to pay ${price}` : `Pay ${price}`}
      isPending={buy.isPending || cannotPay}
      error={buy.error}
      fields={['pack_id']}
      onConfirm={() => buy.mutate()}
      onClose={onClose}
    >
      <PriceLines pack={pack} />
      {cannotPay && <p>There is no card to pay with, and none can be added here. Ask {seller}.</p>}
      {card && hasPages && (
        <SelectField
          name="way"
          label="Pay with"
          value={way}
          onChange={setWay}
          options={[
            ['card', cardText(card)],
            ['page', 'Another card, on the payment page'],
          ]}
        />
      )}
      {card && !hasPages && <p>Paid with {cardText(card)}.</p>}
      {way === 'page' && hasPages && (
        <CheckField
          name="save_card"
          label="Save the card for later purchases"
          checked={keepsCard}
          onChange={setKeepsCard}
        />
      )}
    </ConfirmDialog>
  );
}
