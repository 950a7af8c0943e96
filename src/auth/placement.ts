import type { ServiceSettings } from '../config/model.js';
import { isFieldValue } from '../config/types/http-fields.js';
import type { HttpRequest } from '../upstream/http-message.js';
import { fillVars, MASK } from './fill-vars.js';

/** Where a service wants its token. */
export interface Placement {
  readonly where: 'header' | 'query_param';
  /** Header or query parameter name. */
  readonly name: string;
  /** The text to place for a token: `auth.apply.format` filled; undefined where another variable of it has no value. */
  format(token: string, vars: ReadonlyMap<string, string>): string | undefined;
  /** The same with every variable masked. */
  readonly masked: string;
}

/** Reads `auth.apply.*`; the format may use the service's variables beside `{{token}}`. */
export function readPlacement(settings: ServiceSettings): Placement {
  const { parts } = settings['auth.apply.format'];
  return {
    where: settings['auth.apply.placement'],
    name: settings['auth.apply.name'],
    format: (token, vars) => fillVars(parts, (name) => (name === 'token' ? token : vars.get(name))),
    masked: fillVars(parts, () => MASK) ?? MASK,
  };
}

/** The request with its credential, which replaces what a caller may have sent under that name. */
export function placeCredential<Request extends HttpRequest>(
  request: Request,
  placement: Placement,
  text: string,
): Request {
  if (placement.where === 'header')
    return { ...request, headers: [...request.headers, placement.name, text] };
  const separator = request.path.includes('?') ? '&' : '?';
  const pair = `${encodeURIComponent(placement.name)}=${encodeURIComponent(text)}`;
  return { ...request, path: `${request.path}${separator}${pair}` };
}

/** A credential that cannot stand in a header counts as none: it must never split a request in two. */
export function isPlaceable(text: string, placement: Placement): boolean {
  return placement.where === 'header' ? isFieldValue(text) : text.isWellFormed();
}
