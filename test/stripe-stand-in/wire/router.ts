import type { ParameterTable } from './parameters.js';
import { readParameters } from './parameters.js';
import type { RawTable } from './form-body.js';
import { StripeFailure } from './stripe-failure.js';

/** An endpoint: its parameters are read before it is carried out. */
export interface Route {
  method: string;
  parts: readonly string[];
  /** Whether a browser with the publishable key may ask. */
  isForBrowsers: boolean;
  parameters: ParameterTable<object>;
  act: (ids: string[], params: object) => object;
}

/** The endpoints, by method and path. */
export class Router {
  readonly #routes: Route[] = [];

  /** @param path parts in braces are ids, handed over in their order. */
  add<Params extends object>(
    method: string,
    path: string,
    parameters: ParameterTable<Params>,
    act: (ids: string[], params: Params) => object,
    isForBrowsers = false,
  ): void {
    this.#routes.push({
      method,
      parts: path.split('/'),
      isForBrowsers,
      parameters,
      act: act as Route['act'],
    });
  }

  /** @throws {StripeFailure} 404 for a path that no endpoint has. */
  find(method: string, path: string): { route: Route; ids: string[] } {
    const parts = path.split('/').map((part) => decodeURIComponent(part));
    const route = this.#routes.find((route) => route.method === method && fits(route.parts, parts));
    if (!route) {
      const message = `Unrecognized request URL (${method}: ${path}). Please see https://stripe.com/docs or we can help at https://support.stripe.com/.`;
      throw new StripeFailure(404, { type: 'invalid_request_error', message }, false);
    }
    return { route, ids: parts.filter((_, index) => isId(route.parts[index] as string)) };
  }
}

/** @throws {StripeFailure} 400 for parameters that are unknown, missing or wrong. */
export function parametersOf(route: Route, raw: RawTable): object {
  return readParameters(route.parameters, raw);
}

function fits(wanted: readonly string[], parts: readonly string[]): boolean {
  return (
    wanted.length === parts.length &&
    wanted.every((part, index) => (isId(part) ? parts[index] !== '' : part === parts[index]))
  );
}

function isId(part: string): boolean {
  return part.startsWith('{');
}
