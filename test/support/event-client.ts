/** One server-sent event. */
export interface SentEvent {
  readonly name: string;
  readonly data: Record<string, unknown>;
}

/** Reads a stream of server-sent events, as a browser does. */
export interface EventClient {
  readonly status: number;
  readonly headers: Headers;
  /** The next event. Rejects when the stream has ended. */
  next(): Promise<SentEvent>;
  /** The next event for which `isWanted` is true. */
  find(isWanted: (event: SentEvent) => boolean): Promise<SentEvent>;
  /** Resolves when the stream has ended. */
  ended(): Promise<void>;
  close(): void;
}

export async function openEvents(url: string, init: RequestInit = {}): Promise<EventClient> {
  const abort = new AbortController();
  const response = await fetch(url, { ...init, signal: abort.signal });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let received = '';

  /** Undefined when the stream has ended. */
  async function read(): Promise<SentEvent | undefined> {
    for (;;) {
      const end = received.indexOf('\n\n');
      if (end >= 0) {
        const fields = new Map(
          received
            .slice(0, end)
            .split('\n')
            .map((line) => line.split(/: (.*)/s, 2) as [string, string]),
        );
        received = received.slice(end + 2);
        if (fields.has('data')) {
          return { name: fields.get('event') ?? 'message', data: JSON.parse(fields.get('data') ?? '') };
        }
        continue;
      }
      const { done, value } = await reader.read().catch(() => ({ done: true, value: undefined }));
      if (done) return undefined;
      received += decoder.decode(value, { stream: true });
    }
  }

  async function next(): Promise<SentEvent> {
    const event = await read();
    if (event === undefined) throw new Error('the stream has ended');
    return event;
  }

  return {
    status: response.status,
    headers: response.headers,
    next,
    async find(isWanted) {
      for (;;) {
        const event = await next();
        if (isWanted(event)) return event;
      }
    },
    async ended() {
      while ((await read()) !== undefined);
    },
    close: () => abort.abort(),
  };
}
