import type { Dict } from '../wamp/payload.js';
import { CALLER_FORMAT, CALLER_LIBRARY, CALLER_META, type ConnectionInfo, type Peer } from '../wamp/peer.js';
import type { Admission } from './auth/steps.js';
import type { Session, SessionFeatures } from './model.js';

/** A client that joins a realm. */
export interface Joining {
  readonly id: number;
  readonly realm: string;
  readonly admission: Admission;
  readonly peer: Peer;
  readonly info: ConnectionInfo;
  readonly features: SessionFeatures;
  /** The present time, in milliseconds since the epoch. */
  readonly now: number;
}

/** Creates the router's record of a session. */
export function createSession({ id, realm, admission, peer, info, features, now }: Joining): Session {
  const { identity, roles, authextra, meta } = admission;
  const { authid, authrole, authmethod, authprovider } = identity;
  const callerDetails = callerDetailsOf(id, authid, authrole);
  return {
    id,
    realm,
    authid,
    authrole,
    authmethod,
    authprovider,
    ...(authextra && { authextra }),
    transport: transportOf(info),
    roles,
    peer,
    trusted: info.trusted,
    joined: now,
    features,
    callerDetails,
    callerDetailsInside: withMeta(withConnection(callerDetails, info), meta),
    calls: undefined,
    keptBytes: 0,
    invocations: undefined,
    lastInvocation: 0,
    registrations: undefined,
    subscriptions: undefined,
    paused: undefined,
    kill: () => {},
    gone: false,
    quiet: false,
    unheardOf: false,
  };
}

/** Gives a session other roles. Its next request is judged by them. */
export function changeRoles(session: Session, authrole: string, roles: ReadonlySet<string>): void {
  session.roles = roles;
  if (session.authrole === authrole) return;
  const { callerDetailsInside: inside } = session;
  session.authrole = authrole;
  session.callerDetails = callerDetailsOf(session.id, session.authid, authrole);
  session.callerDetailsInside = Object.freeze({ ...inside, ...session.callerDetails });
}

/** Gives a session the meta of its user, which a reload may have changed. */
export function changeMeta(session: Session, meta: Dict | undefined): void {
  session.callerDetailsInside = withMeta(session.callerDetailsInside, meta);
}

function withMeta(details: Dict, meta: Dict | undefined): Dict {
  if (details[CALLER_META] === meta) return details;
  const { [CALLER_META]: _former, ...others } = details;
  return Object.freeze(meta === undefined ? others : { ...others, [CALLER_META]: meta });
}

function callerDetailsOf(id: number, authid: string, authrole: string): Dict {
  return Object.freeze({ caller: id, caller_authid: authid, caller_authrole: authrole });
}

/** Adds the client's library and serializer, for callees in this process. */
function withConnection(callerDetails: Dict, { library, serializer = 'json' }: ConnectionInfo): Dict {
  if (library === undefined && serializer === 'json') return callerDetails;
  return Object.freeze({
    ...callerDetails,
    ...(library && { [CALLER_LIBRARY]: library }),
    ...(serializer !== 'json' && { [CALLER_FORMAT]: serializer }),
  });
}

/** The facts about the connection that session meta data contain. */
function transportOf({ transport: type, serializer, remoteAddress: peer }: ConnectionInfo): Dict {
  return { type, ...(serializer !== undefined && { serializer }), ...(peer !== undefined && { peer }) };
}
