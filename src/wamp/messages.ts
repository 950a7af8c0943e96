import type { Dict, Payload } from './payload.js';

/** Message codes (WAMP section "Message Codes and Direction"). */
export const MESSAGE = {
  HELLO: 1,
  WELCOME: 2,
  ABORT: 3,
  CHALLENGE: 4,
  AUTHENTICATE: 5,
  GOODBYE: 6,
  ERROR: 8,
  PUBLISH: 16,
  PUBLISHED: 17,
  SUBSCRIBE: 32,
  SUBSCRIBED: 33,
  UNSUBSCRIBE: 34,
  UNSUBSCRIBED: 35,
  EVENT: 36,
  CALL: 48,
  CANCEL: 49,
  RESULT: 50,
  REGISTER: 64,
  REGISTERED: 65,
  UNREGISTER: 66,
  UNREGISTERED: 67,
  INVOCATION: 68,
  INTERRUPT: 69,
  YIELD: 70,
  /** Provisional code of a draft. This implementation decodes it, but never sends it. */
  EVENT_RECEIVED: 337,
} as const;

type Code = typeof MESSAGE;

interface Request<T extends number> {
  readonly type: T;
  readonly request: number;
}

export interface Hello {
  readonly type: Code['HELLO'];
  readonly realm: string;
  readonly details: Dict;
}
export interface Welcome {
  readonly type: Code['WELCOME'];
  readonly session: number;
  readonly details: Dict;
}
export interface Abort {
  readonly type: Code['ABORT'];
  readonly details: Dict;
  readonly reason: string;
}
export interface Challenge {
  readonly type: Code['CHALLENGE'];
  readonly method: string;
  readonly extra: Dict;
}
export interface Authenticate {
  readonly type: Code['AUTHENTICATE'];
  readonly signature: string;
  readonly extra: Dict;
}
export interface Goodbye {
  readonly type: Code['GOODBYE'];
  readonly details: Dict;
  readonly reason: string;
}
export interface ErrorMessage extends Request<Code['ERROR']> {
  /** Message code of the failed request. */
  readonly requestType: number;
  readonly details: Dict;
  readonly uri: string;
  readonly payload: Payload;
}
export interface Publish extends Request<Code['PUBLISH']> {
  readonly options: Dict;
  readonly topic: string;
  readonly payload: Payload;
}
export interface Published extends Request<Code['PUBLISHED']> {
  readonly publication: number;
}
export interface Subscribe extends Request<Code['SUBSCRIBE']> {
  readonly options: Dict;
  readonly topic: string;
}
export interface Subscribed extends Request<Code['SUBSCRIBED']> {
  readonly subscription: number;
}
export interface Unsubscribe extends Request<Code['UNSUBSCRIBE']> {
  readonly subscription: number;
}
/** To revoke a subscription, the router sends it with request 0 and details (advanced profile). */
export interface Unsubscribed extends Request<Code['UNSUBSCRIBED']> {
  readonly details?: Dict;
}
export interface Event {
  readonly type: Code['EVENT'];
  readonly subscription: number;
  readonly publication: number;
  readonly details: Dict;
  readonly payload: Payload;
}
export interface Call extends Request<Code['CALL']> {
  readonly options: Dict;
  readonly procedure: string;
  readonly payload: Payload;
}
export interface Cancel extends Request<Code['CANCEL']> {
  readonly options: Dict;
}
export interface Result extends Request<Code['RESULT']> {
  readonly details: Dict;
  readonly payload: Payload;
}
export interface Register extends Request<Code['REGISTER']> {
  readonly options: Dict;
  readonly procedure: string;
}
export interface Registered extends Request<Code['REGISTERED']> {
  readonly registration: number;
}
export interface Unregister extends Request<Code['UNREGISTER']> {
  readonly registration: number;
}
/** To revoke a registration, the router sends it with request 0 and details (advanced profile). */
export interface Unregistered extends Request<Code['UNREGISTERED']> {
  readonly details?: Dict;
}
export interface InvocationMessage extends Request<Code['INVOCATION']> {
  readonly registration: number;
  readonly details: Dict;
  readonly payload: Payload;
}
export interface Interrupt extends Request<Code['INTERRUPT']> {
  readonly options: Dict;
}
export interface Yield extends Request<Code['YIELD']> {
  readonly options: Dict;
  readonly payload: Payload;
}
export interface EventReceived {
  readonly type: Code['EVENT_RECEIVED'];
  readonly publication: number;
}

/** Every message of WAMP v2, distinguished by `type`. */
export type Message =
  | Hello
  | Welcome
  | Abort
  | Challenge
  | Authenticate
  | Goodbye
  | ErrorMessage
  | Publish
  | Published
  | Subscribe
  | Subscribed
  | Unsubscribe
  | Unsubscribed
  | Event
  | Call
  | Cancel
  | Result
  | Register
  | Registered
  | Unregister
  | Unregistered
  | InvocationMessage
  | Interrupt
  | Yield
  | EventReceived;

const NAMES = new Map<number, string>(Object.entries(MESSAGE).map(([name, code]) => [code, name]));

/** The name of a message code, for log lines and errors. For an unknown code, its number. */
export function messageName(code: number): string {
  return NAMES.get(code) ?? String(code);
}
