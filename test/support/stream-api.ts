import type { ServerResponse } from 'node:http';
import type { RecordedRequest, ResponseHandler } from './recording-upstream.js';

/** An API whose responses the test writes piece by piece. */
export interface StreamApi {
  /** For a recording upstream. Each request gets its head immediately. */
  readonly respond: ResponseHandler;
  /** The N-th response (1-based), when its head was sent. */
  response(number: number): Promise<ServerResponse>;
  /** Resolves when the N-th response is complete, or when its connection has closed. */
  closed(number: number): Promise<void>;
}

export interface StreamApiOptions {
  readonly type?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export function createStreamApi({
  type = 'text/event-stream',
  status = 200,
  headers,
}: StreamApiOptions = {}): StreamApi {
  const responses: ServerResponse[] = [];
  const waiting: (() => void)[] = [];

  async function response(number: number): Promise<ServerResponse> {
    while (responses.length < number) await new Promise<void>((resolve) => waiting.push(resolve));
    return responses[number - 1] as ServerResponse;
  }

  return {
    respond(_request: RecordedRequest, answer: ServerResponse) {
      answer.writeHead(status, { 'content-type': type, ...headers });
      answer.flushHeaders();
      responses.push(answer);
      for (const resolve of waiting.splice(0)) resolve();
      return 'handled';
    },
    response,
    async closed(number) {
      const answer = await response(number);
      if (answer.closed) return;
      await new Promise<void>((resolve) => answer.once('close', () => resolve()));
    },
  };
}
