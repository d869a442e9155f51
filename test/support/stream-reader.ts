/** A message of a stream. */
export interface Message {
  id: string;
  event: string;
  data: { id: string; event_type: string; wallet_id: string; body: Record<string, unknown> | null };
}

const WAIT_MS = 10_000;

/** Reads `GET /v1/webhooks/events/stream` as a browser does. */
export class StreamReader {
  readonly messages: Message[] = [];
  comments = 0;
  isEnded = false;
  readonly #leaving = new AbortController();

  private constructor(readonly response: Response) {}

  static async open(
    url: string,
    key: string,
    { query = '', lastId = '', cookie }: { query?: string; lastId?: string; cookie?: string } = {},
  ): Promise<StreamReader> {
    const leaving = new AbortController();
    const headers = { ...(cookie ? { cookie } : { 'x-api-key': key }), ...(lastId ? { 'last-event-id': lastId } : {}) };
    const response = await fetch(`${url}/v1/webhooks/events/stream${query}`, { headers, signal: leaving.signal });
    const reader = new StreamReader(response);
    reader.#leaving.signal.addEventListener('abort', () => leaving.abort());
    if (response.ok) void reader.#read();
    // What nobody reads keeps its connection open, and the service that is to stop waits for it.
    else await response.body?.cancel();
    return reader;
  }

  /** Events, without what the stream says of itself. */
  get events(): Message[] {
    return this.messages.filter(({ event }) => event === 'message');
  }

  leave(): void {
    this.#leaving.abort();
  }

  /** Polls until something holds. */
  async until(holds: (reader: this) => boolean): Promise<void> {
    const end = performance.now() + WAIT_MS;
    while (!holds(this)) {
      if (performance.now() > end) throw new Error(`waited in vain: ${JSON.stringify(this.messages).slice(0, 500)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async #read(): Promise<void> {
    let text = '';
    try {
      for await (const chunk of this.response.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk;
        const blocks = text.split('\n\n');
        text = blocks.pop() as string;
        for (const block of blocks) this.#take(block);
      }
    } catch {
      // It was left, or cut off.
    }
    this.isEnded = true;
  }

  #take(block: string): void {
    const fields = new Map<string, string>();
    for (const line of block.split('\n')) {
      const colon = line.indexOf(':');
      if (colon === 0) this.comments += 1;
      else fields.set(line.slice(0, colon), line.slice(colon + 1).trimStart());
    }
    const data = fields.get('data');
    if (data === undefined) return;
    this.messages.push({
      id: fields.get('id') ?? '',
      event: fields.get('event') ?? 'message',
      data: JSON.parse(data) as Message['data'],
    });
  }
}
