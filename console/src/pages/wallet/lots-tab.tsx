import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Pager, usePaging } from '../../parts/data-table';
import { useFilters } from '../../parts/filters';
import { Section } from '../../parts/layout';
import { Empty, Found } from '../../parts/states';
import { api, dataOf, type Schemas } from '../../session/api';
import { LotBar } from './lot-bar';
import { bySpendOrder } from './spend-order';

/** More open lots than this few wallets have; the order is known only where all are there. */
const MOST = 100;

/** Each grant as a bar: what is left, reserved, spent and expired of it, in the order in which they are spent. */
export function LotsTab({ wallet }: { wallet: Schemas['WalletDto'] }) {
  const { id } = wallet;
  const filters = useFilters(['show']);
  const status = filters.values.show === 'all' ? 'all' : 'open';
  const paging = usePaging(MOST);
  const { limit, offset } = paging;
  const lots = useQuery({
    queryKey: ['wallets', id, 'lots', { status, limit, offset }],
    queryFn: () =>
      dataOf(api.GET('/v1/wallets/{id}/lots', { params: { path: { id }, query: { status, limit, offset } } })),
    placeholderData: keepPreviousData,
  });
  return (
    <Section
      title="Credits, in the order in which they are spent"
      actions={
        <button
          type="button"
          aria-pressed={status === 'all'}
          onClick={() => filters.change({ show: status === 'all' ? '' : 'all' })}
        >
          Also those that are used up
        </button>
      }
    >
      <Found query={lots}>
        {({ items, pagination: { total } }) =>
          total === 0 ? (
            <Empty title={status === 'open' ? 'No credits are left.' : 'No credits were ever added.'} />
          ) : (
            <>
              {total > limit && (
                <p className="muted">
                  There are too many to sort: these are in the order in which they came, the newest first.
                </p>
              )}
              <ul className="legend">
                <li className="tone-good">Left</li>
                <li className="tone-info">On hold</li>
                <li className="tone-warn">Past its date</li>
                <li className="tone-neutral">Used</li>
              </ul>
              <ol className="lots">
                {(total > limit ? items : items.toSorted(bySpendOrder)).map((lot) => (
                  <LotBar key={lot.id} lot={lot} />
                ))}
              </ol>
              <Pager of="Lots" paging={paging} shown={items.length} total={total} />
            </>
          )
        }
      </Found>
    </Section>
  );
}
