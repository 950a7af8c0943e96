import { MASK } from '../auth/fill-vars.js';
import type { ShowVariable } from '../auth/placement.js';

/** How a preview shows the variables of a service, whose values may be secrets. */
export interface ShownVariables {
  readonly show: ShowVariable;
  /** Whether a value is nothing but a variable, perhaps after the name of an HTTP scheme. */
  isOnlyVariable(value: string): boolean;
}

/** Each variable is shown as `***`. */
export const MASKED: ShownVariables = { show: () => MASK, isOnlyVariable: () => false };

/**
 * Marks variables, so that they can be replaced in the complete request by {@link withNames} or
 * {@link withShellVariables}. A mark has only unreserved characters (RFC 3986 section 2.3), so it is
 * the same in every part of a request.
 */
export const MARKED: ShownVariables = {
  show: (name) => `~rpc_gateway~${name}~`,
  isOnlyVariable: (value) => /^(?:[a-z]+ )?~rpc_gateway~[\w.-]+~$/i.test(value),
};

const MARK = /~rpc_gateway~([\w.-]+)~/g;

/** `client_id` becomes `$CLIENT_ID`. */
const shellName = (name: string): string => `$${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;

/** Replaces the marks in a text for people. */
export function withNames(text: string): string {
  return text.replace(MARK, (_, name: string) => shellName(name));
}

/** Replaces the marks in a command whose words are in single quotes, so that a shell fills them. */
export function withShellVariables(command: string): string {
  return command.replace(MARK, (_, name: string) => `'"${shellName(name)}"'`);
}
