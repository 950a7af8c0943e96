import { MESSAGE, type Register, type Unregister } from '../wamp/messages.js';
import { ERROR_URI, isReservedUri } from '../wamp/uris.js';
import { isUsableUri, refuse } from './answers.js';
import type { Registration, RouterLimits, Session } from './model.js';

/** Who answers which procedure. */
export interface Registrations {
  register(session: Session, message: Register): void;
  unregister(session: Session, message: Unregister): void;
  find(procedure: string): Registration | undefined;
  forget(session: Session): void;
  readonly size: number;
}

export function createRegistrations(limits: RouterLimits): Registrations {
  const byProcedure = new Map<string, Registration>();
  let lastId = 0;

  function objection(
    session: Session,
    message: Register,
  ): readonly [uri: string, sentence: string] | undefined {
    const { procedure, options } = message;
    if (!isUsableUri(procedure)) return [ERROR_URI.invalidUri, 'the procedure is not a valid URI'];
    if (isReservedUri(procedure))
      return [ERROR_URI.invalidUri, 'URIs that begin with wamp. belong to the router'];
    if ((options['match'] ?? 'exact') !== 'exact') {
      return [ERROR_URI.optionNotAllowed, 'this router registers with match = exact only'];
    }
    if ((options['invoke'] ?? 'single') !== 'single') {
      return [ERROR_URI.optionNotAllowed, 'this router registers with invoke = single only'];
    }
    if (byProcedure.has(procedure))
      return [ERROR_URI.procedureAlreadyExists, 'the procedure is registered already'];
    if (!session.trusted && session.registrations.size >= limits.maxRegistrations) {
      return [ERROR_URI.tooManyRequests, `a session may hold ${limits.maxRegistrations} registrations`];
    }
    return undefined;
  }

  return {
    register(session, message) {
      const refused = objection(session, message);
      if (refused !== undefined) {
        refuse(session, MESSAGE.REGISTER, message.request, refused[0], refused[1]);
        return;
      }
      const registration: Registration = {
        id: ++lastId,
        procedure: message.procedure,
        callee: session,
        forwardTimeout: message.options['forward_timeout'] === true && session.features.callee.callTimeout,
        // Disclosure to ordinary clients is a matter of the advanced profile, which is not announced.
        discloseCaller: message.options['disclose_caller'] === true && session.trusted,
      };
      byProcedure.set(registration.procedure, registration);
      session.registrations.set(registration.id, registration);
      session.peer.send({
        type: MESSAGE.REGISTERED,
        request: message.request,
        registration: registration.id,
      });
    },
    unregister(session, message) {
      const registration = session.registrations.get(message.registration);
      if (registration === undefined) {
        const sentence = 'this session has no such registration';
        refuse(session, MESSAGE.UNREGISTER, message.request, ERROR_URI.noSuchRegistration, sentence);
        return;
      }
      byProcedure.delete(registration.procedure);
      session.registrations.delete(registration.id);
      session.peer.send({ type: MESSAGE.UNREGISTERED, request: message.request });
    },
    find: (procedure) => byProcedure.get(procedure),
    forget(session) {
      for (const registration of session.registrations.values()) byProcedure.delete(registration.procedure);
      session.registrations.clear();
    },
    get size() {
      return byProcedure.size;
    },
  };
}
