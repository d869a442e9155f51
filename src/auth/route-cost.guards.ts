import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request, Response } from 'express';
import { costOf, ROUTE_COST, type RouteCost } from '../http/admission/route-cost.js';
import { RequestBudgets } from './request-budgets.js';

/** Spends what the route costs: behind the guard that asks for a key, and before the body is read. */
@Injectable()
export class RouteCostGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly budgets: RequestBudgets,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    await spend(this.budgets, context, declaredCost(this.reflector, context).points);
    return true;
  }
}

/** Spends what the body adds: rows of a batch, filters of a search. Behind the guard that reads it. */
@Injectable()
export class BodyCostGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly budgets: RequestBudgets,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const { ofBody } = declaredCost(this.reflector, context);
    if (!ofBody) return true;
    const { body } = context.switchToHttp().getRequest<Request>();
    return spend(this.budgets, context, ofBody(body)).then(() => true);
  }
}

function declaredCost(reflector: Reflector, context: ExecutionContext): RouteCost {
  return costOf(reflector.getAllAndOverride(ROUTE_COST, [context.getHandler(), context.getClass()]));
}

function spend(budgets: RequestBudgets, context: ExecutionContext, points: number): Promise<void> {
  const http = context.switchToHttp();
  return budgets.spend(http.getRequest<Request>(), http.getResponse<Response>(), points);
}
