import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { pauseWords, paymentWords, ruleWords } from '../pages/wallet/rule-words';
import { Badge } from '../parts/badge';
import { creditsText } from '../parts/amounts';
import { ConfirmDialog } from '../parts/dialog';
import { CheckField, SelectField } from '../parts/form';
import { Section } from '../parts/layout';
import { Found } from '../parts/states';
import { useAction } from '../parts/use-action';
import { dataOf, type Schemas } from '../session/api';
import { portalApi } from './portal-api';
import { minorText, type Pack, PriceLines, totalOf } from './prices';
import { usePacks, useWallets } from './reads';

type Settings = Schemas['PortalTopUpSettingsDto'];
type Wallet = Schemas['WalletBalanceDto'];

const NOTHING_BOUGHT = 'When your credits are used up, nothing is bought unless you do it.';

interface AutoTopUpProps {
  seller: string;
  mayManage: boolean;
  /** Whether the session may see what the customer has agreed to. */
  showsAccount: boolean;
}

/** Whether credits are bought without asking, when, and what that costs: by the customer's own agreement, and by the seller's rules. */
export function AutoTopUp({ seller, mayManage, showsAccount }: AutoTopUpProps) {
  const rules = useWallets().data?.filter(({ auto_topup: rule }) => rule?.enabled) ?? [];
  if (!showsAccount && rules.length === 0) return null;
  return (
    <Section title="Automatic top-up">
      {rules.map((wallet) => (
        <SetUpBySeller key={wallet.id} wallet={wallet} seller={seller} />
      ))}
      {showsAccount && <OwnAgreement isAlone={rules.length === 0} mayManage={mayManage} />}
    </Section>
  );
}

/** A rule of the wallet itself: it spends the customer's money, too, and only the seller changes it. */
function SetUpBySeller({ wallet, seller }: { wallet: Wallet; seller: string }) {
  const paused = wallet.auto_topup?.paused_reason ?? null;
  return (
    <div className="card">
      <p>
        <Badge tone={paused === null ? 'good' : 'warn'}>{paused === null ? 'on' : 'paused'}</Badge> {ruleWords(wallet)}{' '}
        {paymentWords(wallet)}
      </p>
      {paused !== null && <p>It buys nothing now: {pauseWords(paused)}.</p>}
      <p className="muted">Set up by {seller}: ask there to change it.</p>
    </div>
  );
}

function OwnAgreement({ isAlone, mayManage }: { isAlone: boolean; mayManage: boolean }) {
  const settings = useQuery({
    queryKey: ['portal', 'top-up-settings'],
    queryFn: () => dataOf(portalApi.GET('/v1/customer/portal/top-up-settings')),
  });
  return (
    <Found query={settings}>{(found) => <InForce settings={found} isAlone={isAlone} mayManage={mayManage} />}</Found>
  );
}

interface InForceProps {
  settings: Settings;
  /** Whether nothing else buys. */
  isAlone: boolean;
  mayManage: boolean;
}

function InForce({ settings, isAlone, mayManage }: InForceProps) {
  const [dialog, setDialog] = useState<'agree' | 'end' | null>(null);
  const { auto_top_up_credits_pack: pack, paused_reason: paused } = settings;
  const isOn = isAgreed(settings) && pack !== null;
  return (
    <div className="card">
      <p>
        <Badge tone={isOn ? (paused ? 'warn' : 'good') : 'neutral'}>{isOn ? (paused ? 'paused' : 'on') : 'off'}</Badge>{' '}
        {isOn ? whenText(settings) : isAlone ? NOTHING_BOUGHT : 'You have agreed to nothing else.'}
      </p>
      {isOn && paused && <p>It buys nothing now: {pauseWords(paused)}. Save it again to go on.</p>}
      {isOn && <Costs pack={pack} settings={settings} />}
      {mayManage && (
        <div className="actions">
          <button type="button" className={isOn ? undefined : 'primary'} onClick={() => setDialog('agree')}>
            {isOn ? 'Change' : 'Switch on'}
          </button>
          {isOn && (
            <button type="button" onClick={() => setDialog('end')}>
              Switch off
            </button>
          )}
        </div>
      )}
      {dialog === 'agree' && <Agreeing settings={settings} onClose={() => setDialog(null)} />}
      {dialog === 'end' && <End isAlone={isAlone} onClose={() => setDialog(null)} />}
    </div>
  );
}

function isAgreed({ auto_top_up_on_expiration: atEnd, auto_top_up_on_insufficient: atNeed }: Settings): boolean {
  return atEnd || atNeed;
}

function whenText(settings: Settings): string {
  const { auto_top_up_on_expiration: atEnd, auto_top_up_on_insufficient: atNeed } = settings;
  const { auto_top_up_credits_pack: pack } = settings;
  const times = [
    atNeed && 'when something needs more credits than are left',
    atEnd && 'on the day your bought credits expire',
  ].filter(Boolean);
  return pack === null ? '' : `Buys ${creditsText(String(pack.pack_amount))} ${times.join(', and ')}.`;
}

/** At most, in words: before it is agreed to, and while it is on. */
function Costs({ pack, settings }: { pack: Pack; settings: Settings }) {
  const { max_per_hour: perHour, max_packs: packs, monthly_count: count, monthly_amount: amount } = settings;
  const monthly = [
    count !== null && `${count} purchases`,
    amount !== null && minorText(amount, settings.monthly_currency_code ?? pack.currency_code),
  ].filter(Boolean);
  return (
    <>
      <PriceLines pack={pack} />
      <ul className="portal-terms muted">
        <li>
          At most {perHour} purchases in an hour. One that a single request makes necessary can be of up to {packs}{' '}
          packs.
        </li>
        <li>
          {monthly.length > 0
            ? `At most ${monthly.join(' and ')} in a calendar month.`
            : 'There is no limit for a month.'}
        </li>
      </ul>
    </>
  );
}

function Agreeing({ settings, onClose }: { settings: Settings; onClose: () => void }) {
  const packs = usePacks().data?.results;
  return packs && <Agree settings={settings} packs={packs} onClose={onClose} />;
}

function Agree({ settings, packs, onClose }: { settings: Settings; packs: Pack[]; onClose: () => void }) {
  const isNew = !isAgreed(settings);
  const [packId, setPackId] = useState(settings.auto_top_up_credits_pack?.id ?? packs[0]?.id ?? '');
  const [atNeed, setAtNeed] = useState(isNew || settings.auto_top_up_on_insufficient);
  const [atEnd, setAtEnd] = useState(settings.auto_top_up_on_expiration);
  const pack = packs.find(({ id }) => id === packId) ?? packs[0];
  const agree = useAction({
    run: ({ id, price, fee, currency_code, pack_amount }: Pack) =>
      dataOf(
        portalApi.PATCH('/v1/customer/portal/top-up-settings', {
          body: {
            auto_top_up_on_insufficient: atNeed,
            auto_top_up_on_expiration: atEnd,
            auto_top_up_credits_pack: { id, price, fee, currency_code, pack_amount },
          },
        }),
      ),
    touches: ['portal', 'portal-recent'],
    done: 'Automatic top-up is on',
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title="Automatic top-up"
      confirm={pack ? `Agree to ${minorText(totalOf(pack), pack.currency_code)} a purchase` : 'Agree'}
      isPending={agree.isPending || !pack || !(atNeed || atEnd)}
      error={agree.error}
      onConfirm={() => pack && agree.mutate(pack)}
      onClose={onClose}
    >
      {pack ? (
        <>
          <SelectField
            name="auto_top_up_credits_pack"
            label="Buy"
            value={pack.id}
            onChange={setPackId}
            options={packs.map(
              (one) => [one.id, `${one.name}, ${minorText(totalOf(one), one.currency_code)}`] as const,
            )}
          />
          <CheckField
            name="auto_top_up_on_insufficient"
            label="When something needs more credits than are left"
            checked={atNeed}
            onChange={setAtNeed}
          />
          <CheckField
            name="auto_top_up_on_expiration"
            label="On the day bought credits expire, which keeps them"
            checked={atEnd}
            onChange={setAtEnd}
          />
          <Costs pack={pack} settings={settings} />
          <p className="muted">
            The card on file is charged without asking again, at this price, until you switch it off here.
          </p>
        </>
      ) : (
        <p>Nothing is on sale right now.</p>
      )}
    </ConfirmDialog>
  );
}

function End({ isAlone, onClose }: { isAlone: boolean; onClose: () => void }) {
  const end = useAction({
    run: () =>
      dataOf(
        portalApi.PATCH('/v1/customer/portal/top-up-settings', {
          body: { auto_top_up_on_insufficient: false, auto_top_up_on_expiration: false },
        }),
      ),
    touches: ['portal', 'portal-recent'],
    done: 'Automatic top-up is off',
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title="Switch automatic top-up off"
      confirm="Switch off"
      isDangerous
      isPending={end.isPending}
      error={end.error}
      onConfirm={() => end.mutate()}
      onClose={onClose}
    >
      <p>{isAlone ? NOTHING_BOUGHT : 'What was set up for you goes on buying.'} Credits that you have stay.</p>
    </ConfirmDialog>
  );
}
