import type { Call } from '../../wamp/messages.js';
import type { Session } from '../model.js';
import type { Broker } from '../pubsub/broker.js';
import type { RealmContext } from '../realm-context.js';
import type { Registrations } from '../rpc/registrations.js';
import { createMetaCalls, type MetaProcedure } from './meta-call.js';
import { reflectionProcedures } from './reflection-procedures.js';
import { registrationProcedures } from './registration-procedures.js';
import { sessionProcedures } from './session-procedures.js';
import { subscriptionProcedures } from './subscription-procedures.js';
import { createTestaments, type Testaments } from './testaments.js';

/** The router's own procedures in one realm (WAMP, "Meta API"). */
export interface MetaApi {
  readonly testaments: Testaments;
  /** Handles a CALL of a `wamp.` procedure. Returns a promise if an authorizer takes time. */
  call(session: Session, message: Call): Promise<void> | undefined;
}

export function createMetaApi(
  sessions: ReadonlyMap<number, Session>,
  registrations: Registrations,
  broker: Broker,
  context: RealmContext,
): MetaApi {
  const testaments = createTestaments(broker, context);
  const procedures: Readonly<Record<string, MetaProcedure>> = {
    ...sessionProcedures(sessions, context),
    ...testaments.procedures,
    ...registrationProcedures(registrations, context.limits),
    ...subscriptionProcedures(broker.subscriptions, context.limits),
    ...reflectionProcedures(registrations, context),
  };
  // Testaments have the largest arguments. One character may take six in JSON (RFC 8259 section 7).
  // The other arguments fit in 64 KB.
  const max = () => 6 * context.limits.maxTestamentBytes + 64 * 1024;
  return { testaments, call: createMetaCalls(new Map(Object.entries(procedures)), max) };
}
