import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { Declared } from '../http/declared.js';
import { costOf, ROUTE_COST, type RouteCost } from '../http/admission/route-cost.js';
import { RequestBudgets } from './request-budgets.js';

/** Spends what the route costs: behind the guard that asks for a key, and before the body is read. */
@Injectable()
export class RouteCostGuard implements CanActivate {
  readonly #cost: Declared<RouteCost>;

  constructor(
    reflector: Reflector,
    private readonly budgets: RequestBudgets,
  ) {
    this.#cost = declaredCosts(reflector);
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    await spend(this.budgets, context, this.#cost.of(context).points);
    return true;
  }
}

/** Spends what the body adds: rows of a batch, filters of a search. Behind the guard that reads it. */
@Injectable()
export class BodyCostGuard implements CanActivate {
  readonly #cost: Declared<RouteCost>;

  constructor(
    reflector: Reflector,
    private readonly budgets: RequestBudgets,
  ) {
    this.#cost = declaredCosts(reflector);
  }

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const { ofBody } = this.#cost.of(context);
    if (!ofBody) return true;
    const { body } = context.switchToHttp().getRequest<Request>();
    return spend(this.budgets, context, ofBody(body)).then(() => true);
  }
}

function declaredCosts(reflector: Reflector): Declared<RouteCost> {
  return new Declared((...places) => costOf(reflector.getAllAndOverride(ROUTE_COST, places)));
}

function spend(budgets: RequestBudgets, context: ExecutionContext, points: number): Promise<void> {
  const http = context.switchToHttp();
  return budgets.spend(http.getRequest<Request>(), http.getResponse<Response>(), points);
}
