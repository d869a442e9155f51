import { connect, createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';

/** A wire between two programs of this machine: it can be cut, and it can lead elsewhere. */
export class Wire {
  #isCut = false;
  readonly #sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private to: number,
  ) {
    server.on('connection', (socket) => this.#lead(socket));
  }

  static async lay(to: number): Promise<Wire> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Wire(server, to);
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** What is on its way is gone, and nobody gets through any more. */
  cut(): void {
    this.#isCut = true;
    this.#sockets.forEach((socket) => socket.destroy());
  }

  /** Connections that come from now on end there; those that are open end. */
  leadTo(port: number): void {
    this.cut();
    this.to = port;
    this.#isCut = false;
  }

  close(): void {
    this.cut();
    this.server.close();
  }

  #lead(near: Socket): void {
    if (this.#isCut) {
      near.destroy();
      return;
    }
    const far = connect(this.to, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }
}
