import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { countSubstringFilters } from '../filters.js';

/**
 * What a request to a route costs, in points. One is about what reading one thing, or one debit, costs the process: a
 * quarter of a millisecond of its loop.
 */
export interface RouteCost {
  points: number;
  /** What the parsed body adds, whatever is in it: it has not been validated yet, which is most of what a long one costs. */
  ofBody?: ((body: unknown) => number) | undefined;
}

export const ROUTE_COST = 'route cost';

/** What routes cost that are not ordinary; docs/limits.md says the same to their callers. */
export const POINTS = {
  /** Never limited: whoever asks whether the service is well gets the answer. */
  free: 0,
  ordinary: 1,
  /** A list whose order and conditions the caller chooses. */
  search: 5,
  forecast: 5,
  /** A report of any length. */
  export: 20,
  pdf: 50,
  reconciliation: 100,
} as const;

/** On a route (or a controller, for each of its routes that says nothing else): what it costs where that is not one point. */
export function Cost(points: number, ofBody?: RouteCost['ofBody']): MethodDecorator & ClassDecorator {
  return applyDecorators(
    SetMetadata(ROUTE_COST, { points, ofBody } satisfies RouteCost),
    ApiExtension('x-cost', points),
  );
}

export function costOf(declared: RouteCost | undefined): RouteCost {
  return declared ?? { points: POINTS.ordinary };
}

/** A point for each item of a list of the body, beside the one of the request. */
export function itemsOf(field: string): (body: unknown) => number {
  return (body) => Math.max(0, listOf(body, field).length - 1);
}

const POINTS_OF_FILTER = 1;
const POINTS_OF_SUBSTRING_FILTER = 10;

/** A point for each filter of a search, ten more for one that looks inside of texts. */
export function filtersOf(body: unknown): number {
  const filters = listOf(body, 'filters');
  return filters.length * POINTS_OF_FILTER + countSubstringFilters(filters) * POINTS_OF_SUBSTRING_FILTER;
}

function listOf(body: unknown, field: string): unknown[] {
  const list = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[field] : undefined;
  return Array.isArray(list) ? list : [];
}
