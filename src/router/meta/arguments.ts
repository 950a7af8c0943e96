import { isId } from '../../wamp/ids.js';
import { isDict } from '../../wamp/payload.js';
import { ERROR_URI, isUri } from '../../wamp/uris.js';
import { MAX_URI_LENGTH, type MatchPolicy } from '../model.js';
import { MetaError } from './meta-call.js';

/** @throws MetaError */
export function idArgument(args: readonly unknown[]): number {
  const [id] = args;
  if (!isId(id)) throw invalid('the first argument must be an ID');
  return id;
}

/**
 * Returns a string that may be a URI. Refuses a string longer than any URI, because hashing it
 * would take time.
 * @throws MetaError
 */
export function uriArgument(args: readonly unknown[]): string {
  const [uri] = args;
  if (typeof uri !== 'string') throw invalid('the first argument must be a URI');
  if (uri.length > MAX_URI_LENGTH)
    throw new MetaError(ERROR_URI.invalidUri, 'the first argument is too long for a URI');
  return uri;
}

/** @throws MetaError */
export function textArgument(args: readonly unknown[]): string {
  const [text] = args;
  if (typeof text !== 'string') throw invalid('the first argument must be a string');
  return text;
}

/** The match policy in the options of `lookup`. @throws MetaError */
export function matchArgument(args: readonly unknown[]): MatchPolicy {
  const options = args[1] ?? {};
  if (!isDict(options)) throw invalid('the second argument must be a dictionary');
  const match = options['match'] ?? 'exact';
  if (match !== 'exact' && match !== 'prefix' && match !== 'wildcard')
    throw invalid('match must be exact, prefix or wildcard');
  return match;
}

/** Returns the names of roles, or undefined if the call names none. @throws MetaError */
export function rolesArgument(args: readonly unknown[]): ReadonlySet<string> | undefined {
  const roles = args[0] ?? undefined;
  if (roles === undefined) return undefined;
  if (!Array.isArray(roles) || !roles.every((role) => typeof role === 'string'))
    throw invalid('the first argument must be a list of roles');
  return new Set(roles);
}

/** Returns the reason and the message for the GOODBYE of a killed session. @throws MetaError */
export function closing(kwargs: Readonly<Record<string, unknown>>): {
  readonly reason: string | undefined;
  readonly message: string | undefined;
} {
  const reason = kwargs['reason'] ?? undefined;
  const message = kwargs['message'] ?? undefined;
  if (
    reason !== undefined &&
    !(typeof reason === 'string' && reason.length <= MAX_URI_LENGTH && isUri(reason))
  )
    throw new MetaError(ERROR_URI.invalidUri, 'reason must be a URI');
  if (message !== undefined && typeof message !== 'string') throw invalid('message must be a string');
  return { reason, message };
}

export const invalid = (message: string): MetaError => new MetaError(ERROR_URI.invalidArgument, message);
