import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

const PLACES = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const PATIENCE_MS = 15_000;
const POLL_MS = 50;

/** Where this machine has a browser; undefined where it has none, and tests that need one are skipped. */
export const BROWSER_PATH = PLACES.find((place) => place !== undefined && existsSync(place));

interface Reply {
  id?: number;
  result?: { [key: string]: unknown };
  error?: { message: string };
}

interface FrameTree {
  childFrames?: { frame: { id: string; url: string } }[];
}

/** A page of a headless browser, driven over its debugging protocol. */
export class Browser {
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #lastId = 0;

  private constructor(
    private readonly process: ChildProcess,
    private readonly folder: string,
    private readonly socket: WebSocket,
  ) {
    socket.addEventListener('message', ({ data }) => {
      const reply = JSON.parse(String(data)) as Reply;
      if (reply.id !== undefined) this.#waiting.get(reply.id)?.(reply);
    });
  }

  /** @param size in CSS pixels; that of a phone where left out. */
  static async start(size = { width: 390, height: 844 }): Promise<Browser> {
    const folder = await mkdtemp(join(tmpdir(), 'browser-'));
    const args = ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'];
    // Frames of other hosts stay in the page's own process, where `clickInFrame` finds them, whatever headers ask for.
    args.push('--disable-features=IsolateOrigins,site-per-process,OriginIsolationHeader');
    const own = [
      `--user-data-dir=${folder}`,
      `--window-size=${size.width},${size.height}`,
      '--remote-debugging-port=0',
    ];
    const child = spawn(BROWSER_PATH as string, [...args, ...own, 'about:blank'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const port = await portOf(child);
    const socket = new WebSocket(await pageUrl(port));
    await new Promise((resolve) => socket.addEventListener('open', resolve, { once: true }));
    return new Browser(child, folder, socket);
  }

  async open(url: string): Promise<void> {
    await this.#send('Page.navigate', { url });
  }

  /** What an expression is in the page; a promise's outcome. @throws where it throws. */
  async evaluate<Value>(expression: string): Promise<Value> {
    const result = await this.#send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true });
    if (result.exceptionDetails) throw new Error(JSON.stringify(result.exceptionDetails));
    return (result.result as { value: Value }).value;
  }

  /** Clicks in a frame of another host, which the page itself may not reach into. */
  async clickInFrame(url: string, selector: string): Promise<void> {
    const element = `document.querySelector(${JSON.stringify(selector)})`;
    await this.#poll(`a frame of ${url}`, async () => {
      const { frameTree } = (await this.#send('Page.getFrameTree', {})) as { frameTree: FrameTree };
      const frame = frameTree.childFrames?.find(({ frame }) => frame.url === url)?.frame;
      if (!frame) return false;
      const { executionContextId: contextId } = await this.#send('Page.createIsolatedWorld', { frameId: frame.id });
      const expression = `${element}?.click(), Boolean(${element})`;
      const { result } = await this.#send('Runtime.evaluate', { contextId, expression, returnByValue: true });
      return (result as { value: boolean }).value;
    });
  }

  /** Waits until an expression is truthy, also while pages change. */
  async until(expression: string): Promise<void> {
    await this.#poll(expression, () => this.evaluate<boolean>(`Boolean(${expression})`).catch(() => false));
  }

  async click(selector: string): Promise<void> {
    await this.until(`document.querySelector(${JSON.stringify(selector)})`);
    await this.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);
  }

  async type(selector: string, value: string): Promise<void> {
    await this.until(`document.querySelector(${JSON.stringify(selector)})`);
    await this.evaluate(`document.querySelector(${JSON.stringify(selector)}).value = ${JSON.stringify(value)}`);
  }

  async close(): Promise<void> {
    this.socket.close();
    const gone = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGKILL');
    await gone;
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  async #poll(wanted: string, look: () => Promise<boolean>): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    while (!(await look())) {
      if (Date.now() > end) throw new Error(`the page never had: ${wanted}`);
      await wait(POLL_MS);
    }
  }

  async #send(method: string, params: object): Promise<{ [key: string]: unknown }> {
    const id = ++this.#lastId;
    const reply = await new Promise<Reply>((resolve) => {
      this.#waiting.set(id, resolve);
      this.socket.send(JSON.stringify({ id, method, params }));
    });
    this.#waiting.delete(id);
    if (reply.error) throw new Error(`${method}: ${reply.error.message}`);
    return reply.result ?? {};
  }
}

/** The browser says on its error output where it listens. */
async function portOf(child: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: child.stderr as NodeJS.ReadableStream })) {
    const port = /ws:\/\/127\.0\.0\.1:(\d+)\//.exec(line)?.[1];
    if (port !== undefined) return port;
  }
  throw new Error('the browser did not start');
}

async function pageUrl(port: string): Promise<string> {
  const pages = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    type: string;
    webSocketDebuggerUrl: string;
  }[];
  return (pages.find(({ type }) => type === 'page') as { webSocketDebuggerUrl: string }).webSocketDebuggerUrl;
}
