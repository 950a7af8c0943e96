import { once } from 'node:events';
import { WebSocket } from 'ws';
import { MESSAGE } from '../../src/wamp/messages.js';

export const REALM = 'com.example.myrealm';

/** How a call ended, with the frame that ended it. */
export interface Answer {
  readonly kind: 'result' | 'error';
  /** The error's URI; empty for a result. */
  readonly uri: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** The text of the frame, as it came. */
  readonly frame: string;
}

export interface CallOptions {
  /** CALL.Options. */
  readonly options?: object;
  readonly args?: readonly unknown[];
}

/**
 * Calls procedures in JSON frames, so that a test can compare the exact text that is sent and
 * received.
 */
export interface Caller {
  /** From WELCOME. */
  readonly session: number;
  readonly authid: string;
  /** The request ID of the latest CALL. */
  readonly lastRequest: number;
  /**
   * Does not reject for a WAMP error; rejects when the connection closes first. Text is sent
   * unchanged.
   */
  call(procedure: string, kwargs?: object | string, options?: CallOptions): Promise<Answer>;
  /** Cancels the latest CALL, or the one with this request ID. */
  cancel(mode?: string, request?: number): void;
  /** Closes the TCP connection without GOODBYE. */
  terminate(): void;
  /** Sends GOODBYE and closes. */
  close(): Promise<void>;
  /** Responses that belong to no running call. */
  readonly unexpected: readonly string[];
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
}

/** Joins a realm over WebSocket as an anonymous caller. */
export async function connectCaller(url: string, realm = REALM): Promise<Caller> {
  const ws = new WebSocket(url, ['wamp.2.json'], { perMessageDeflate: false });
  const waiting = new Map<number, Waiting>();
  const unexpected: string[] = [];
  let lastRequest = 0;
  await once(ws, 'open');
  const roles = { caller: { features: { call_canceling: true, call_timeout: true } } };
  ws.send(JSON.stringify([MESSAGE.HELLO, realm, { roles }]));
  const [welcome] = await once(ws, 'message');
  const [type, session, details] = JSON.parse(String(welcome));
  if (type !== MESSAGE.WELCOME) throw new Error(`not welcome: ${String(welcome)}`);

  ws.on('message', (data) => {
    const frame = String(data);
    const message = JSON.parse(frame) as unknown[];
    const isError = message[0] === MESSAGE.ERROR;
    const request = (isError ? message[2] : message[1]) as number;
    const waiter = waiting.get(request);
    if ((!isError && message[0] !== MESSAGE.RESULT) || waiter === undefined) {
      unexpected.push(frame);
      if (message[0] === MESSAGE.GOODBYE) ws.send('[6,{},"wamp.close.goodbye_and_out"]');
      return;
    }
    waiting.delete(request);
    const [args = [], kwargs = {}] = message.slice(isError ? 5 : 3);
    waiter.resolve({
      kind: isError ? 'error' : 'result',
      uri: isError ? (message[4] as string) : '',
      args: args as unknown[],
      kwargs: kwargs as Record<string, unknown>,
      frame,
    });
  });
  ws.on('error', () => {});
  ws.on('close', (code) => {
    for (const waiter of waiting.values()) waiter.reject(new Error(`the connection closed with ${code}`));
    waiting.clear();
  });

  return {
    session,
    authid: details.authid,
    get lastRequest() {
      return lastRequest;
    },
    call(procedure, kwargs = {}, { options = {}, args = [] } = {}) {
      lastRequest += 1;
      const request = lastRequest;
      const answered = new Promise<Answer>((resolve, reject) => waiting.set(request, { resolve, reject }));
      const dict = typeof kwargs === 'string' ? kwargs : JSON.stringify(kwargs);
      ws.send(`[48,${request},${JSON.stringify(options)},"${procedure}",${JSON.stringify(args)},${dict}]`);
      return answered;
    },
    cancel(mode, request = lastRequest) {
      ws.send(JSON.stringify([MESSAGE.CANCEL, request, mode === undefined ? {} : { mode }]));
    },
    terminate: () => ws.terminate(),
    async close() {
      if (ws.readyState === WebSocket.CLOSED) return;
      const closed = once(ws, 'close');
      ws.close();
      await closed;
    },
    unexpected,
  };
}

/** The kwargs of an error of the gateway itself, without its random id. */
export function ownError(answer: Answer): Record<string, unknown> {
  const { id, ...rest } = answer.kwargs;
  if (typeof id !== 'string' || id === '') throw new Error(`no id: ${answer.frame}`);
  return rest;
}
