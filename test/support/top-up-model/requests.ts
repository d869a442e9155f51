import type { Response, Test } from 'supertest';
import { call, type TestAccount, type TestTenant } from '../accounts.js';
import { ApiClient } from '../api-client.js';
import type { World } from './world.js';

export type Body = Record<string, unknown>;

/** An answer of the service, as a failure shows it. */
export interface Answer {
  request: string;
  status: number;
  body: Body;
}

/** Sends requests to either process, as the seller's server or as the account, and keeps what they answer. */
export class Requests {
  /** Answers of the step under way. */
  answers: Answer[] = [];
  #keys = 0;

  constructor(
    private readonly world: World,
    private readonly tenant: TestTenant,
    private readonly account: TestAccount,
  ) {}

  /** @returns the body where the request was accepted */
  async send(request: PromiseLike<Response>): Promise<Body | undefined> {
    const answer = await request;
    const body = (answer.body ?? {}) as Body;
    const { method, url } = answer.request as { method: string; url: string };
    this.answers.push({ request: `${method} ${new URL(url).pathname}`, status: answer.status, body });
    return answer.status < 300 ? body : undefined;
  }

  /** The seller's server. */
  server(process: number): ApiClient {
    return new ApiClient(this.world.app(process).url, this.tenant.serverKey, this.tenant);
  }

  /** The account itself. */
  own(process: number, method: 'get' | 'post' | 'put' | 'patch', path: string): Test {
    return call(this.world.app(process), this.account.key)[method](path);
  }

  /** A key that nobody has used. */
  key(): string {
    this.#keys += 1;
    return `${this.account.externalId}-${this.#keys}`;
  }
}
