import { autobahn, connectAutobahn } from './autobahn.js';
import { connectWampy } from './wampy.js';

/**
 * JavaScript clients of other projects behind one interface, so that tests can combine each with
 * each.
 */

export interface Carried {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}
/** What a procedure throws to answer with an ERROR, and what a call rejects with. */
export interface CallFailed extends Carried {
  readonly uri: string;
}
/** `progress` is defined if the caller accepts progressive results. */
export type Procedure = (
  carried: Carried,
  progress: ((step: Carried) => void) | undefined,
) => Carried | Promise<Carried>;
export interface PendingCall {
  /** Rejects with {@link CallFailed}. */
  readonly outcome: Promise<Carried>;
  cancel(mode: string): void;
}

export interface Client {
  readonly session: number;
  /** @param onProgress asks for progressive results */
  call(procedure: string, carried: Carried, onProgress?: (step: Carried) => void): PendingCall;
  register(procedure: string, answer: Procedure): Promise<void>;
  subscribe(topic: string, handler: (carried: Carried) => void): Promise<void>;
  publish(topic: string, carried: Carried): Promise<void>;
  /** Leaves. Resolves with the client's reason for the end of its connection, if it has one. */
  close(): Promise<string | undefined>;
}

export const FORMATS = ['json', 'msgpack', 'cbor'] as const;
export type Format = (typeof FORMATS)[number];

/** wampy over one of its serializers. */
export async function wampy(url: string, realm: string, format: Format): Promise<Client> {
  const { client } = await connectWampy(url, realm, format);
  const advanced = ({ args, kwargs }: Carried) => ({ argsList: [...args], argsDict: { ...kwargs } });
  const carriedIn = (from: { argsList?: unknown; argsDict?: unknown }): Carried => ({
    args: (from.argsList ?? []) as Carried['args'],
    kwargs: (from.argsDict ?? {}) as Carried['kwargs'],
  });
  return {
    session: Number(client.getSessionId()),
    call(procedure, carried, onProgress) {
      const progress = onProgress && {
        progress_callback: (step: object) => onProgress(carriedIn(step)),
      };
      const called = client.call(procedure, advanced(carried), progress as never);
      const { reqId } = client.getOpStatus();
      return {
        outcome: called.then(
          (result) => carriedIn(result as object),
          (error: { errorUri: string; argsList?: unknown; argsDict?: unknown }) => {
            throw { uri: error.errorUri, ...carriedIn(error) };
          },
        ),
        cancel: (mode) => void client.cancel(reqId, { mode } as never),
      };
    },
    async register(procedure, answer) {
      await client.register(procedure, async (invocation) => {
        const { details, result_handler: yieldResult } = invocation as unknown as {
          details: { receive_progress?: boolean };
          result_handler: (result: object) => void;
        };
        const progress = (step: Carried) => yieldResult({ ...advanced(step), options: { progress: true } });
        try {
          return advanced(
            await answer(carriedIn(invocation as object), details.receive_progress ? progress : undefined),
          );
        } catch (error) {
          const failed = error as CallFailed;
          throw { error: failed.uri, ...advanced(failed) };
        }
      });
    },
    async subscribe(topic, handler) {
      await client.subscribe(topic, (event) => handler(carriedIn(event as object)));
    },
    async publish(topic, carried) {
      await client.publish(topic, advanced(carried));
    },
    async close() {
      await client.disconnect();
      return undefined;
    },
  };
}

/** autobahn|js over one of its serializers. */
export async function autobahnJs(url: string, realm: string, format: Format): Promise<Client> {
  const { session, close } = await connectAutobahn(url, realm, format);
  // A single positional result is not wrapped.
  const carriedIn = (result: unknown): Carried =>
    result instanceof autobahn.Result ? result : { args: [result], kwargs: {} };
  return {
    session: Number(session.id),
    call(procedure, { args, kwargs }, onProgress) {
      const called = session.call(procedure, args, kwargs, onProgress && { receive_progress: true });
      return {
        outcome: called.then(
          carriedIn,
          (error) => {
            const { error: uri, args, kwargs } = error as AutobahnFailure;
            throw { uri, args, kwargs };
          },
          onProgress && ((step: unknown) => onProgress(carriedIn(step))),
        ),
        cancel: (mode) => called.cancel({ mode }),
      };
    },
    async register(procedure, answer) {
      await session.register(procedure, async (args, kwargs, details) => {
        const send = details['progress'] as ((args: unknown, kwargs: unknown) => void) | null;
        const progress = send === null ? undefined : (step: Carried) => send(step.args, step.kwargs);
        try {
          const carried = await answer({ args, kwargs }, progress);
          return new autobahn.Result(carried.args, carried.kwargs);
        } catch (error) {
          const failed = error as CallFailed;
          throw new autobahn.Error(failed.uri, failed.args, failed.kwargs);
        }
      });
    },
    async subscribe(topic, handler) {
      await session.subscribe(topic, (args, kwargs) => handler({ args, kwargs }));
    },
    async publish(topic, { args, kwargs }) {
      await session.publish(topic, args, kwargs, { acknowledge: true });
    },
    close,
  };
}
interface AutobahnFailure extends Carried {
  readonly error: string;
}
