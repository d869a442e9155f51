import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it came in. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  text: string;
  body: Record<string, unknown>;
}

type Answer = (response: ServerResponse, received: Received) => void;

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
    server.on('request', async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const text = Buffer.concat(chunks).toString();
      const path = request.url as string;
      const body = JSON.parse(text) as Record<string, unknown>;
      const received = { path, headers: request.headers, text, body };
      receiver.received.push(received);
      const answer = receiver.answers.get(path) ?? ((to: ServerResponse) => to.writeHead(204).end());
      answer(response, received);
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
}
