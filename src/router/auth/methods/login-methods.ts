import { cryptosign } from './cryptosign.js';
import type { LoginMethod } from './login-method.js';
import { scram } from './scram.js';
import { ticket } from './ticket.js';
import { wampcra } from './wampcra.js';

/**
 * All authmethods with which a client can log in. A new one needs a file here, an entry in this
 * list, and its name in the configuration.
 */
const METHODS = [ticket, wampcra, scram, cryptosign] as const;

export type LoginMethodName = (typeof METHODS)[number]['name'];

/** `anonymous` is the authmethod of clients that do not log in. */
export type AuthMethod = LoginMethodName | 'anonymous';

const BY_NAME = Object.fromEntries(METHODS.map((method) => [method.name, method])) as Readonly<
  Record<LoginMethodName, LoginMethod<LoginMethodName>>
>;

export const methodNamed = (name: LoginMethodName): LoginMethod<LoginMethodName> => BY_NAME[name];
