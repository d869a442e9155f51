import { useQuery } from '@tanstack/react-query';
import { Badge } from '../parts/badge';
import { Instant } from '../parts/instant';
import { Empty, Found } from '../parts/states';
import { dataOf, type Schemas } from '../session/api';
import { AutoTopUp } from './auto-top-up';
import { Balance } from './balance';
import { useBrand } from './brand';
import { Packs } from './buy';
import { CardOnFile } from './card';
import { Invoices, Purchases, Usage } from './papers';
import { cameByLink, endedQuery, portalApi, returned } from './portal-api';
import { Returned, Waiting } from './waiting';

type Visit = Schemas['PortalVisitDto'];

/** What a customer sees who has followed their link. */
export function Portal() {
  const { data: isEnded } = useQuery(endedQuery);
  if (isEnded === undefined) return null;
  return <main className="portal">{isEnded ? <Ended /> : <Visitor />}</main>;
}

function Visitor() {
  const visit = useQuery({
    queryKey: ['portal-visit'],
    queryFn: () => dataOf(portalApi.GET('/v1/customer/portal/session')),
    staleTime: Infinity,
  });
  return <Found query={visit}>{(found) => <Account visit={found} />}</Found>;
}

function Account({ visit }: { visit: Visit }) {
  const { brand, customer_name: customer, may_manage: mayManage, shows_account: showsAccount } = visit;
  useBrand(brand);
  return (
    <>
      <header className="portal-head">
        {brand.logo !== '' && <img src={brand.logo} alt="" height="40" />}
        <h1>{brand.name}</h1>
        <span className="muted">{customer}</span>
        {visit.is_test && <Badge tone="info">test: no money moves</Badge>}
      </header>
      {mayManage && <Returned />}
      {showsAccount && <Waiting mayManage={mayManage} />}
      <Balance />
      {showsAccount && <Packs seller={brand.name} mayManage={mayManage} />}
      <AutoTopUp seller={brand.name} mayManage={mayManage} showsAccount={showsAccount} />
      {showsAccount && <CardOnFile seller={brand.name} mayManage={mayManage} />}
      {showsAccount && <Purchases />}
      <Invoices />
      <Usage hasReport={showsAccount} />
      <footer className="portal-foot muted">
        {!mayManage && 'You can look here, not buy or change anything. '}
        This link is good until <Instant at={visit.expires_at} />. Give it to nobody.
      </footer>
    </>
  );
}

function Ended() {
  if (returned && !cameByLink) {
    return (
      <Empty title={<h1>You can close this page</h1>}>
        <p>Go back to the page that you came from: it shows how things stand.</p>
      </Empty>
    );
  }
  return (
    <Empty title={<h1>This link has ended</h1>}>
      <p>It is good for an hour. Ask for a new one where you have found it.</p>
    </Empty>
  );
}
