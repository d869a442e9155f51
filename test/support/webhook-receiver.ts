import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it came in. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  text: string;
  body: Record<string, unknown>;
}

type Answer = (response: ServerResponse) => void;

/** A customer's server: keeps what it is sent, and answers as the test says. */
export class WebhookReceiver {
  readonly received: Received[] = [];
  /** How it answers, by path; 204 where nothing is said. */
  readonly answers = new Map<string, Answer>();
  /** Connections, also those that no request came over. */
  connections = 0;

  private constructor(
    readonly url: string,
    private readonly server: Server,
  ) {}

  static async start(): Promise<WebhookReceiver> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const receiver = new WebhookReceiver(`http://127.0.0.1:${port}`, server);
    server.on('connection', () => (receiver.connections += 1));
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      let text = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => (text += chunk));
      request.once('end', () => receiver.#take(request, response, text));
    });
    return receiver;
  }

  /** From now on a path answers with a status. */
  answer(path: string, status: number, headers: Record<string, string> = {}, body = ''): void {
    this.answers.set(path, (response) => response.writeHead(status, headers).end(body));
  }

  at(path: string): Received[] {
    return this.received.filter((received) => received.path === path);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #take(request: IncomingMessage, response: ServerResponse, text: string): void {
    const path = request.url as string;
    this.received.push({ path, headers: request.headers, text, body: JSON.parse(text) as Record<string, unknown> });
    const answer = this.answers.get(path);
    if (answer) answer(response);
    else response.writeHead(204).end();
  }
}
