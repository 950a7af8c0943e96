import type { ServiceSettings } from '../config/model.js';
import { isFieldValue } from '../config/types/http-fields.js';
import type { HttpRequest } from '../upstream/http-message.js';
import { fillVars, MASK } from './fill-vars.js';

/** Returns the text that is shown for a variable, whose value may be a secret. */
export type ShowVariable = (name: string) => string;

/** Where requests contain the token of a service. */
export interface Placement {
  readonly where: 'header' | 'query_param';
  /** The name of the header or query parameter. */
  readonly name: string;
  /** Fills `auth.apply.format` with a token. Returns undefined if another variable has no value. */
  format(token: string, vars: ReadonlyMap<string, string>): string | undefined;
  /** `auth.apply.format` for display. @param show returns the text for a variable */
  shown(show: ShowVariable): string;
}

/** Reads `auth.apply.*`. The format may contain `{{token}}` and the service's variables. */
export function readPlacement(settings: ServiceSettings): Placement {
  const { parts, masked = parts } = settings['auth.apply.format'];
  return {
    where: settings['auth.apply.placement'],
    name: settings['auth.apply.name'],
    format: (token, vars) => fillVars(parts, (name) => (name === 'token' ? token : vars.get(name))),
    shown: (show) => fillVars(masked, show) ?? MASK,
  };
}

/** Adds the credential to a request. Callers cannot set a header or parameter of this name. */
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

/**
 * Whether the credential is allowed at its place. In a header, a line end would start a new header.
 */
export function isPlaceable(text: string, placement: Placement): boolean {
  return placement.where === 'header' ? isFieldValue(text) : text.isWellFormed();
}
