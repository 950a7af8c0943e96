import {
  type RecordedRequest,
  type RecordingUpstream,
  type RecordingUpstreamOptions,
  type ResponseHandler,
  startRecordingUpstream,
} from './recording-upstream.js';

/** A token endpoint that the test controls. */
export interface Idp {
  /** `http://127.0.0.1:PORT`; every path below it is the token endpoint. */
  readonly origin: string;
  /** All complete requests in order, across stops and restarts, numbered from 1. */
  readonly requests: readonly RecordedRequest[];
  /** Requests without a response: held back, or hanging. */
  readonly unanswered: number;
  /** The N-th request (1-based), now or when it is complete. */
  arrived(number: number): Promise<RecordedRequest>;
  /** Responds from now on with `handler`; default: {@link issuing}. */
  respondWith(handler: ResponseHandler): void;
  /** Holds every response, also to later requests, until the returned function is called. */
  hold(): () => void;
  /** Resolves when no connection is open. */
  drained(): Promise<void>;
  /** Closes every connection, and refuses new ones. */
  stop(): Promise<void>;
  /** Listens again, on the same port. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Issues `token-1` for the first request, `token-2` for the second and so on; `expires_in` is 3600,
 * `fields` are added.
 */
export function issuing(fields: Readonly<Record<string, unknown>> = {}): ResponseHandler {
  return ({ number }) => ({
    json: { access_token: `token-${number}`, token_type: 'Bearer', expires_in: 3600, ...fields },
  });
}

/** Starts a token endpoint on a loopback port. */
export async function startIdp(
  handler: ResponseHandler = issuing(),
  options: RecordingUpstreamOptions = {},
): Promise<Idp> {
  const requests: RecordedRequest[] = [];
  let waiting: { number: number; resolve: (request: RecordedRequest) => void }[] = [];
  let answer = handler;
  let gate: Promise<void> | undefined;
  let unanswered = 0;

  const respond: ResponseHandler = async (arrived, response) => {
    const request = { ...arrived, number: requests.length + 1 };
    requests.push(request);
    unanswered += 1;
    let hangs = false;
    try {
      const ready = waiting.filter(({ number }) => number === request.number);
      waiting = waiting.filter(({ number }) => number !== request.number);
      for (const { resolve } of ready) resolve(request);
      // The test may hold responses again meanwhile.
      while (gate !== undefined) await gate;
      const reply = await answer(request, response);
      hangs = reply !== 'handled' && 'raw' in reply && reply.afterwards === 'hang';
      return reply;
    } finally {
      if (!hangs) unanswered -= 1;
      else void request.responded.then(() => (unanswered -= 1));
    }
  };

  let server: RecordingUpstream | undefined = await startRecordingUpstream(respond, options);
  const { url: origin, port } = server;

  async function stop(): Promise<void> {
    const stopping = server;
    server = undefined;
    await stopping?.close();
  }

  return {
    origin,
    requests,
    get unanswered() {
      return unanswered;
    },
    arrived(number) {
      const already = requests[number - 1];
      if (already !== undefined) return Promise.resolve(already);
      return new Promise((resolve) => waiting.push({ number, resolve }));
    },
    respondWith(next) {
      answer = next;
    },
    hold() {
      let open = (): void => {};
      const mine = new Promise<void>((resolve) => {
        open = resolve;
      });
      gate = mine;
      return () => {
        if (gate === mine) gate = undefined;
        open();
      };
    },
    drained: () => server?.drained() ?? Promise.resolve(),
    stop,
    async restart() {
      if (server !== undefined) throw new Error('it was not stopped');
      server = await startRecordingUpstream(respond, { ...options, port });
    },
    close: stop,
  };
}

/** The token of a request, from the header that the guide uses; empty if there is none. */
export function tokenOf({ headers }: RecordedRequest): string {
  return /^Bearer (.*)$/.exec(headers.authorization?.toString() ?? '')?.[1] ?? '';
}

/**
 * An API that responds 401 unless the token is in this set, which may change; `welcome` handles the
 * other requests.
 */
export function acceptingOnly(
  tokens: ReadonlySet<string>,
  welcome: ResponseHandler = () => ({ json: { ok: true } }),
): ResponseHandler {
  return (request, response) =>
    tokens.has(tokenOf(request))
      ? welcome(request, response)
      : { status: 401, headers: { 'www-authenticate': 'Bearer' }, json: { message: 'who are you?' } };
}
