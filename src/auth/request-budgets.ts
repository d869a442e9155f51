import { setTimeout as delay } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Response } from 'express';
import { POINTS } from '../http/admission/route-cost.js';
import { type PaidRequest, type Payer, payerOf } from '../http/admission/payer.js';
import {
  type Budget,
  BudgetExceeded,
  PointBudgets,
  type PointLimits,
  type Standing,
} from '../http/admission/point-budgets.js';
import { Config } from '../config.js';
import type { Scope } from '../shared/scope.js';

/** What an environment has limited itself to, below what the operator lets its tenant have. */
export interface OwnLimits {
  environment: PointLimits;
  /** Of each server key. */
  serverKey: PointLimits;
  /** Of each account key, publishable key and session of the portal. */
  clientKey: PointLimits;
}

/** A refusal is kept back so long: who repeats at once would otherwise cost as much as what is refused saves. */
const KEPT_BACK_MS = 200;
const UNLIMITED: PointLimits = { perSecond: null, perMinute: null };

/** What requests may cost: whose points they spend, and what the answer says of them. */
@Injectable()
export class RequestBudgets {
  /** Handed in by whoever knows the settings of environments. */
  ownLimitsOf: (scope: Scope) => Promise<OwnLimits> = () =>
    Promise.resolve({ environment: UNLIMITED, serverKey: UNLIMITED, clientKey: UNLIMITED });

  /** Requests refused since the start. */
  refusedInAll = 0;

  readonly #exceptions: ReadonlyMap<string, PointLimits>;

  constructor(
    private readonly points: PointBudgets,
    private readonly config: Config,
  ) {
    this.#exceptions = exceptionsOf(config);
  }

  /** What the operator lets a tenant have, all its environments together. */
  tenantLimits(tenantId: string): PointLimits {
    const { rateLimitPerSecond, rateLimitPerMinute } = this.config;
    return (
      this.#exceptions.get(tenantId) ?? { perSecond: orNone(rateLimitPerSecond), perMinute: orNone(rateLimitPerMinute) }
    );
  }

  /**
   * Spends what a request costs, of its key or session, its environment and its tenant; without either, of its address.
   * @throws DomainError `too_many_requests`
   */
  async spend(request: PaidRequest, response: Response, points: number): Promise<void> {
    if (points === 0) return;
    try {
      const budgets = request.payer ? await this.#budgetsOf(request.payer) : [this.#budgetOfAddress(request)];
      const standing = await this.points.spend(budgets, points);
      if (standing) tell(response, standing);
    } catch (error) {
      if (!(error instanceof BudgetExceeded)) throw error;
      this.refusedInAll += 1;
      tell(response, error.standing);
      await delay(KEPT_BACK_MS);
      throw error;
    }
  }

  /** As Express takes it, for what no route of ours answers: the documents of the API. */
  readonly handle = async (request: PaidRequest, response: Response, next: () => void): Promise<void> => {
    await this.spend(request, response, POINTS.ordinary);
    next();
  };

  async #budgetsOf(payer: Payer): Promise<Budget[]> {
    const { id, isServer, tenantId, environmentId } = payer;
    const own = await this.ownLimitsOf(payer);
    return [
      { id, limits: isServer ? own.serverKey : own.clientKey },
      { id: environmentId, limits: own.environment },
      { id: tenantId, limits: this.tenantLimits(tenantId) },
    ];
  }

  #budgetOfAddress(request: PaidRequest): Budget {
    return { id: payerOf(request), limits: { perSecond: orNone(this.config.rateLimitAddress), perMinute: null } };
  }
}

/** `tenant_01=20000/600000`, with commas between: what the operator lets these tenants have instead. */
function exceptionsOf({ rateLimitTenants = '', rateLimitPerMinute }: Config): ReadonlyMap<string, PointLimits> {
  const parts = rateLimitTenants.split(',').filter(Boolean);
  return new Map(
    parts.map((part) => {
      const [tenantId = '', limits = ''] = part.split('=');
      const [perSecond, perMinute = rateLimitPerMinute] = limits.split('/').map(Number);
      return [tenantId, { perSecond: orNone(perSecond ?? 0), perMinute: orNone(perMinute) }];
    }),
  );
}

/** 0 switches a limit of the operator's off. */
function orNone(limit: number): number | null {
  return limit === 0 ? null : limit;
}

function tell(response: Response, { limit, remaining, resetMs }: Standing): void {
  response.setHeader('RateLimit-Limit', limit);
  response.setHeader('RateLimit-Remaining', remaining);
  response.setHeader('RateLimit-Reset', Math.ceil(resetMs / 1000));
}
