import type { Callee } from '../gateway/callee.js';
import type { CallableProcedure } from '../gateway/service.js';
import type { Session } from '../wamp/client/session.js';
import { ERROR_URI } from '../wamp/uris.js';
import { WampError } from '../wamp/wamp-error.js';
import type { CannotReload } from './mode.js';

export interface OwnProceduresOptions {
  readonly callee: Pick<Callee, 'handlerFor'>;
  /** Joins a realm of the embedded router with a session of this process. */
  readonly join: (realm: string) => Promise<Session>;
}

/** The gateway's procedures in its own router. */
export interface OwnProcedures {
  register(procedures: readonly CallableProcedure[]): Promise<void>;
  /** Registers new procedures. Nothing else has changed yet. */
  prepare(procedures: readonly CallableProcedure[]): Promise<PreparedProcedures | CannotReload>;
  readonly sessions: readonly Session[];
}

export interface PreparedProcedures {
  readonly kind: 'prepared';
  /**
   * Uses the new handlers from now on, and unregisters removed procedures.
   *
   * @returns resolves when they are unregistered
   */
  commit(): Promise<void>;
  abandon(): Promise<void>;
}

/** A registration in the router. */
interface Registered {
  readonly session: Session;
  readonly registration: number;
  procedure: CallableProcedure;
}

const realmOf = ({ config: { settings } }: CallableProcedure): string => settings.realm;
const keyOf = ({ config: { settings } }: CallableProcedure): string => `${settings.realm} ${settings.uri}`;

export function createOwnProcedures({ callee, join }: OwnProceduresOptions): OwnProcedures {
  const sessions = new Map<string, Session>();
  const registered = new Map<string, Registered>();

  async function sessionIn(realm: string): Promise<Session> {
    const found = sessions.get(realm);
    if (found !== undefined) return found;
    const session = await join(realm);
    sessions.set(realm, session);
    // The realm may be removed by a reload, and added by a later one.
    void session.closed.then(() => {
      if (sessions.get(realm) === session) sessions.delete(realm);
    });
    return session;
  }

  async function registerOne(procedure: CallableProcedure): Promise<Registered> {
    const session = await sessionIn(realmOf(procedure));
    const options = { forward_timeout: true, disclose_caller: true };
    const { uri } = procedure.config.settings;
    const registration = await session.register(uri, options, callee.handlerFor(procedure));
    return { session, registration, procedure };
  }

  /** An error means that the realm has gone, and the registration with it. */
  async function unregister({ session, registration }: Registered): Promise<void> {
    await session.unregister(registration).catch(() => {});
  }

  async function joinAll(procedures: readonly CallableProcedure[]): Promise<void> {
    for (const realm of new Set(procedures.map(realmOf))) await sessionIn(realm);
  }

  return {
    async register(procedures) {
      await joinAll(procedures);
      const all = await Promise.all(procedures.map(registerOne));
      for (const each of all) registered.set(keyOf(each.procedure), each);
    },

    async prepare(procedures) {
      const added = procedures.filter((procedure) => !registered.has(keyOf(procedure)));
      await joinAll(added);
      const outcomes = await Promise.allSettled(added.map(registerOne));
      const fresh = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : []));
      const abandon = async () => void (await Promise.all(fresh.map(unregister)));
      const failed = outcomes.findIndex(({ status }) => status === 'rejected');
      if (failed >= 0) {
        await abandon();
        const { reason } = outcomes[failed] as PromiseRejectedResult;
        return { kind: 'cannot', reason: whyNot(added[failed] as CallableProcedure, reason) };
      }
      return {
        kind: 'prepared',
        abandon,
        async commit() {
          for (const each of fresh) registered.set(keyOf(each.procedure), each);
          const wanted = new Set(procedures.map(keyOf));
          const removed = [...registered].filter(([key]) => !wanted.has(key));
          for (const procedure of procedures) replaceHandler(procedure);
          for (const [key] of removed) registered.delete(key);
          await Promise.all(removed.map(([, each]) => unregister(each)));
        },
      };
    },

    get sessions() {
      return [...sessions.values()];
    },
  };

  function replaceHandler(procedure: CallableProcedure): void {
    const found = registered.get(keyOf(procedure));
    if (found === undefined || found.procedure === procedure) return;
    found.procedure = procedure;
    found.session.setHandler(found.registration, callee.handlerFor(procedure));
  }
}

function whyNot({ config: { settings } }: CallableProcedure, error: unknown): string {
  const where = `the procedure ${settings.uri} in the realm ${settings.realm}`;
  return error instanceof WampError && error.uri === ERROR_URI.procedureAlreadyExists
    ? `${where} is registered by a client; end that client, or choose another uri`
    : `${where} cannot be registered (${error instanceof WampError ? error.uri : 'other error'})`;
}
