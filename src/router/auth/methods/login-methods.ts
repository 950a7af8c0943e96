import { cryptosign } from './cryptosign.js';
import type { LoginMethod } from './login-method.js';
import { scram } from './scram.js';
import { ticket } from './ticket.js';
import { wampcra } from './wampcra.js';

/**
 * All authmethods that a client can log in by. A new one is a file beside these, a line here, and
 * its name in the configuration.
 */
const METHODS = [ticket, wampcra, scram, cryptosign] as const;

export type LoginMethodName = (typeof METHODS)[number]['name'];

/** `anonymous` is the authmethod of those who do not log in. */
export type AuthMethod = LoginMethodName | 'anonymous';

const BY_NAME = Object.fromEntries(METHODS.map((method) => [method.name, method])) as Readonly<
  Record<LoginMethodName, LoginMethod<LoginMethodName>>
>;

export const methodNamed = (name: LoginMethodName): LoginMethod<LoginMethodName> => BY_NAME[name];
