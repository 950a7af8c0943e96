import { createRequire } from 'node:module';

/** The part of autobahn|js 22 that the tests use; the package has no types. */
export interface AutobahnSession {
  readonly id: number;
  readonly isOpen: boolean;
  call(
    procedure: string,
    args?: readonly unknown[],
    kwargs?: Readonly<Record<string, unknown>>,
    options?: Readonly<Record<string, unknown>>,
  ): AutobahnCall;
  register(procedure: string, endpoint: AutobahnEndpoint, options?: object): Promise<AutobahnRegistration>;
  unregister(registration: AutobahnRegistration): Promise<unknown>;
  subscribe(topic: string, handler: AutobahnHandler, options?: object): Promise<AutobahnSubscription>;
  unsubscribe(subscription: AutobahnSubscription): Promise<unknown>;
  publish(
    topic: string,
    args?: readonly unknown[],
    kwargs?: Readonly<Record<string, unknown>>,
    options?: Readonly<Record<string, unknown>>,
  ): Promise<{ readonly id: number }>;
}
/** A promise of when.js, which also reports progress. */
export interface AutobahnCall extends Promise<unknown> {
  then<Done = unknown, Failed = never>(
    done?: ((result: unknown) => Done | PromiseLike<Done>) | null,
    failed?: ((error: unknown) => Failed | PromiseLike<Failed>) | null,
    progress?: (step: unknown) => void,
  ): Promise<Done | Failed>;
  cancel(options?: { readonly mode: string }): void;
}
export type AutobahnEndpoint = (
  args: readonly unknown[],
  kwargs: Readonly<Record<string, unknown>>,
  details: Readonly<Record<string, unknown>>,
) => unknown;
export type AutobahnHandler = AutobahnEndpoint;
export interface AutobahnRegistration {
  readonly id: number;
}
export interface AutobahnSubscription {
  readonly id: number;
}
/** What autobahn resolves a call with if it has several positional results, or keyword results. */
export interface AutobahnResult {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** A RawSocket for autobahn|js, which supports it only in Node, and only with JSON. */
export type AutobahnRawSocket = { readonly type: 'rawsocket' } & (
  | { readonly host: string; readonly port: number }
  | { readonly path: string }
);

interface Autobahn {
  Connection: new (options: {
    url?: string;
    transports?: readonly AutobahnRawSocket[];
    serializers?: readonly object[];
    realm: string;
    max_retries: number;
    on_user_error: () => void;
  }) => {
    onopen: (session: AutobahnSession, details: Readonly<Record<string, unknown>>) => void;
    onclose: (reason: string, details: AutobahnCloseDetails) => boolean;
    open(): void;
    close(reason?: string): void;
  };
  serializer: Readonly<Record<`${'JSON' | 'Msgpack' | 'CBOR'}Serializer`, new () => object>>;
  /** What an endpoint throws for an ERROR, and what a failed call rejects with. */
  Error: new (
    error: string,
    args?: readonly unknown[],
    kwargs?: object,
  ) => AutobahnError;
  /** What an endpoint returns for several positional results, or keyword results. */
  Result: new (
    args?: readonly unknown[],
    kwargs?: object,
  ) => AutobahnResult;
}
export interface AutobahnError {
  readonly error: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}
export interface AutobahnCloseDetails {
  readonly reason: string | null;
  readonly message: string | null;
}

const require = createRequire(import.meta.url);

/** autobahn|js itself, which is CommonJS. */
export const autobahn: Autobahn = require('autobahn');

/** Its serializer classes by their usual names. */
const SERIALIZERS = { json: 'JSONSerializer', msgpack: 'MsgpackSerializer', cbor: 'CBORSerializer' } as const;

/** What autobahn|js is given in its `serializers`. */
export const autobahnSerializer = (format: keyof typeof SERIALIZERS): object =>
  new autobahn.serializer[SERIALIZERS[format]]();

/** It writes every closed connection, and every error that an endpoint throws, to the console. */
function silence(): void {
  const log: { warn: () => void } = require('autobahn/lib/log.js');
  log.warn = () => {};
}

export interface AutobahnClient {
  readonly session: AutobahnSession;
  /** Details of WELCOME. */
  readonly welcome: Readonly<Record<string, unknown>>;
  /**
   * Resolves when the connection has closed, with the reason URI of GOODBYE, else with autobahn's
   * own reason.
   */
  readonly closed: Promise<string>;
  /** Leaves the realm, closes the connection and waits for that. */
  close(): Promise<string>;
}

/**
 * Connects once, without retries. Rejects with the reason of an ABORT, else with autobahn's own
 * reason.
 *
 * @param place a WebSocket URL, or RawSocket
 * @param serializer over WebSocket; default: it offers JSON and MessagePack
 */
export function connectAutobahn(
  place: string | AutobahnRawSocket,
  realm: string,
  serializer?: keyof typeof SERIALIZERS,
): Promise<AutobahnClient> {
  silence();
  const where = typeof place === 'string' ? { url: place } : { transports: [place] };
  const how = serializer === undefined ? {} : { serializers: [autobahnSerializer(serializer)] };
  return new Promise((resolve, reject) => {
    const connection = new autobahn.Connection({
      ...where,
      ...how,
      realm,
      max_retries: 0,
      on_user_error() {},
    });
    let gone: (reason: string) => void;
    const closed = new Promise<string>((settle) => {
      gone = settle;
    });
    connection.onopen = (session, welcome) =>
      resolve({
        session,
        welcome,
        closed,
        close() {
          connection.close();
          return closed;
        },
      });
    connection.onclose = (reason, details) => {
      gone(details.reason ?? reason);
      reject(new Error(details.reason ?? reason));
      return true;
    };
    connection.open();
  });
}
