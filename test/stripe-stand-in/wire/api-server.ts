import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseForm, type RawTable } from './form-body.js';

/** A request that was read whole. */
export interface HttpRequest {
  method: string;
  /** Without the query. */
  path: string;
  query: string;
  body: string;
  incoming: IncomingMessage;
}

export type Respond = (request: HttpRequest, response: ServerResponse) => Promise<void> | void;

const MAX_BODY_BYTES = 1_000_000;

/** The server of the stand-in. Connections that a fault leaves open are cut when it closes. */
export class ApiServer {
  readonly #server: Server;

  constructor(respond: Respond) {
    this.#server = createServer((incoming, response) => {
      void this.#answer(incoming, response, respond);
    });
  }

  /** @param port 0 for a free one. @returns where it is reached. */
  async listen(port: number): Promise<string> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse, respond: Respond): Promise<void> {
    try {
      const body = await readBody(incoming);
      const [path = '', query = ''] = (incoming.url ?? '').split('?', 2);
      await respond({ method: incoming.method ?? '', path, query, body, incoming }, response);
    } catch (error) {
      // A mistake of the stand-in, not a fault by script: said loudly, so that no test takes it for one.
      console.error('The Stripe stand-in failed.', error);
      if (!response.headersSent) response.writeHead(599, { 'Content-Type': 'text/plain' });
      response.end(`The stand-in failed: ${String(error)}`);
    }
  }
}

/** The parameters of a request: its query and its form. @throws {SyntaxError} for a form that contradicts itself. */
export function formOf({ query, body }: HttpRequest): RawTable {
  return parseForm([query, body].filter((part) => part !== '').join('&'));
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of incoming as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > MAX_BODY_BYTES) throw new Error('the body is too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
