import { EntityManager } from '@mikro-orm/postgresql';
import { Injectable } from '@nestjs/common';
import { CustomersService } from '../../customers/customers.service.js';
import { Wallet } from '../../ledger/wallet.entity.js';
import { type Scope, scopeOf } from '../../shared/scope.js';
import { TopUp } from '../../top-ups/purchases/top-up.entity.js';
import { Consent } from '../consent.entity.js';
import { type ConsentDto, renderChange, renderCharge } from './consents.dto.js';

interface Page {
  limit: number;
  offset: number;
  order: 'asc' | 'desc';
}

interface TraceRow {
  id: string;
  kind: 'change' | 'charge';
  /** The change in force. */
  consent_id: string | null;
}

/** A charge and the change that made it possible are of one commit at times: the change is the earlier one then. */
const TRACE = `
  select id, 'change' as kind, id as consent_id, created_at, 0 as rank from consent
  where tenant_id = ? and environment_id = ? and customer_id = ?
  union all
  select t.id, 'charge', (
      select c.id from consent c where c.wallet_id = t.wallet_id and c.customer_id = t.customer_id
        and c.tenant_id = t.tenant_id and c.environment_id = t.environment_id and c.created_at <= t.created_at
      order by c.created_at desc, c.id desc limit 1
    ), t.created_at, 1
  from top_up t
  where t.tenant_id = ? and t.environment_id = ? and t.customer_id = ? and t.is_automatic
    and t.trigger in ('insufficient', 'expiration')`;

/** Who agreed to what, when, with which key, at which price; and what was bought because of it. */
@Injectable()
export class ConsentsService {
  constructor(
    private readonly em: EntityManager,
    private readonly customers: CustomersService,
  ) {}

  async list(scope: Scope, customerId: string, page: Page): Promise<[ConsentDto[], number]> {
    const customer = await this.customers.get(scope, customerId);
    const { tenantId, environmentId } = scopeOf(scope);
    const whose = [tenantId, environmentId, customer.id, tenantId, environmentId, customer.id];
    const em = this.em.fork();
    const [{ total } = { total: 0 }] = await em.execute<{ total: number }[]>(
      `select count(*)::int as total from (${TRACE}) trace`,
      whose,
    );
    const order = page.order === 'asc' ? 'asc' : 'desc';
    const rows = await em.execute<TraceRow[]>(
      `select id, kind, consent_id from (${TRACE}) trace
       order by created_at ${order}, rank ${order}, id ${order} limit ? offset ?`,
      [...whose, page.limit, page.offset],
    );
    return [await this.#render(em, rows), total];
  }

  async #render(em: EntityManager, rows: TraceRow[]): Promise<ConsentDto[]> {
    const consentIds = rows.flatMap(({ consent_id }) => consent_id ?? []);
    const chargeIds = rows.flatMap(({ id, kind }) => (kind === 'charge' ? [id] : []));
    const consents = new Map((await em.find(Consent, { id: { $in: consentIds } })).map((row) => [row.id, row]));
    const topUps = new Map((await em.find(TopUp, { id: { $in: chargeIds } })).map((row) => [row.id, row]));
    const walletIds = [...consents.values(), ...topUps.values()].map(({ walletId }) => walletId);
    const wallets = await em.find(Wallet, { id: { $in: [...new Set(walletIds)] } }, { fields: ['id', 'currency'] });
    const currencies = new Map(wallets.map(({ id, currency }) => [id, currency]));
    const currencyOf = ({ walletId }: { walletId: string }) => currencies.get(walletId) ?? '';
    return rows.map(({ id, kind, consent_id }) => {
      const consent = consents.get(consent_id ?? '');
      if (kind === 'change') return renderChange(consent as Consent, currencyOf(consent as Consent));
      const topUp = topUps.get(id) as TopUp;
      return renderCharge(topUp, consent, currencyOf(topUp));
    });
  }
}
