import { useState } from 'react';
import { creditsText, moneyText } from '../../parts/amounts';
import { CountField, countOf } from '../../parts/count-field';
import { digitsOf, fromMinor } from '../../parts/digits';
import { ConfirmDialog } from '../../parts/dialog';
import { AmountField, SelectField, TextField } from '../../parts/form';
import { minorUnits } from '../../parts/typed';
import { useAction } from '../../parts/use-action';
import { api, type Schemas } from '../../session/api';
import { PACK_CURRENCIES, type PackCurrency } from './currencies';

type Pack = Schemas['CreditPackDto'];

const FIELDS = ['id', 'name', 'pack_amount', 'price_minor', 'currency'];

/** A pack that is to be, or other words, credits, or another price for one that is there. */
export function EditPack({ pack, onClose }: { pack: Pack | null; onClose: () => void }) {
  const [id, setId] = useState('');
  const [name, setName] = useState(pack?.name ?? '');
  const [amount, setAmount] = useState(pack ? String(pack.pack_amount) : '');
  const [price, setPrice] = useState(pack ? fromMinor(pack.price_minor, digitsOf(pack.currency)) : '');
  const [currency, setCurrency] = useState<PackCurrency>((pack?.currency as PackCurrency | undefined) ?? 'usd');
  const saving = useAction({
    run: async () => {
      const body = {
        name,
        // What is missing the service says.
        pack_amount: countOf(amount, null) as number,
        price_minor: minorUnits('price_minor', price, currency) as number,
        currency,
      };
      await (pack
        ? api.PUT('/v1/credit-packs/{id}', { params: { path: { id: pack.id } }, body })
        : api.POST('/v1/credit-packs', { body: id === '' ? body : { ...body, id } }));
    },
    touches: ['packs'],
    done: pack ? 'Changed the pack' : 'The pack is on sale',
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      title={pack ? `Change ${pack.name}` : 'New pack'}
      confirm={pack ? 'Save' : 'Put on sale'}
      fields={FIELDS}
      isPending={saving.isPending}
      error={saving.error}
      onClose={onClose}
      onConfirm={() => saving.mutate()}
    >
      {pack && (
        <p className="muted">
          For whoever buys it from now on: who has agreed to buy it automatically keeps the price that they agreed to.
        </p>
      )}
      <TextField name="name" label="Name" hint="What buyers see." value={name} onChange={setName} />
      <CountField name="pack_amount" label="Credits" value={amount} onChange={setAmount} />
      <div className="side-by-side">
        <AmountField name="price_minor" label="Price" value={price} onChange={setPrice} />
        <SelectField
          name="currency"
          label="Currency"
          value={currency}
          onChange={setCurrency}
          options={PACK_CURRENCIES}
        />
      </div>
      {!pack && (
        <TextField
          name="id"
          label="Your own id"
          hint="One is made when you leave it out. It cannot be used again."
          value={id}
          onChange={setId}
        />
      )}
    </ConfirmDialog>
  );
}

/** Asks before a pack goes off sale, or back on. */
export function SwitchSale({ pack, onClose }: { pack: Pack; onClose: () => void }) {
  const isOff = pack.is_on_sale;
  const switching = useAction({
    run: () =>
      api.PUT('/v1/credit-packs/{id}', { params: { path: { id: pack.id } }, body: { is_on_sale: !pack.is_on_sale } }),
    touches: ['packs'],
    done: isOff ? `${pack.name} is not sold any more` : `${pack.name} is on sale`,
    onDone: onClose,
  });
  const price = moneyText(fromMinor(pack.price_minor, digitsOf(pack.currency)), pack.currency);
  return (
    <ConfirmDialog
      title={isOff ? 'Take off sale' : 'Put on sale'}
      confirm={isOff ? 'Take off sale' : 'Put on sale'}
      isDangerous={isOff}
      isPending={switching.isPending}
      error={switching.error}
      onClose={onClose}
      onConfirm={() => switching.mutate()}
    >
      <p>
        <strong>{pack.name}</strong>: {creditsText(String(pack.pack_amount))} for {price}.
      </p>
      <p className="muted">
        {isOff
          ? 'Nobody can buy it any more. What was bought, or agreed to be bought automatically, stays as it is.'
          : 'Everybody can buy it again.'}
      </p>
    </ConfirmDialog>
  );
}
