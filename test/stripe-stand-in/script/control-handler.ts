import type { ServerResponse } from 'node:http';
import type { StripeStandIn } from '../stripe-stand-in.js';
import type { HttpRequest } from '../wire/api-server.js';
import { StripeFailure } from '../wire/stripe-failure.js';
import { control, controlRoutes } from './control-routes.js';

export const CONTROL_PATH = '/_control/';

/** Answers requests to `/_control/`. */
export function handleControl(standIn: StripeStandIn, request: HttpRequest, response: ServerResponse): void {
  const { status, answer } = answerTo(standIn, request);
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(answer, null, 2)}\n`);
}

function answerTo(standIn: StripeStandIn, request: HttpRequest): { status: number; answer: unknown } {
  try {
    const answer = control(standIn, request.method, request.path.slice(CONTROL_PATH.length), request.body);
    return answer === undefined ? { status: 404, answer: { routes: controlRoutes() } } : { status: 200, answer };
  } catch (error) {
    if (error instanceof StripeFailure) return { status: error.status, answer: { error: error.error } };
    if (error instanceof SyntaxError) return { status: 400, answer: { error: 'the body is not JSON' } };
    throw error;
  }
}
