import { MASK } from '../auth/fill-vars.js';
import { parseJson, stringifyJson } from '../json.js';
import type { HttpRequest, ReadableRequest } from '../upstream/http-message.js';
import { isDict } from './pipeline/fill-template.js';

/** Names under which APIs take credentials. */
const SECRET_NAME =
  /authori[sz]ation|cookie|token|secret|passw|credential|api[-_]?key|(^|[^a-z])(auth|key|sig|signature)([^a-z]|$)/i;
/** A key that tells calls apart and opens nothing. */
const HARMLESS = /^idempotency[-_]?key$/i;

function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !HARMLESS.test(name);
}

/**
 * The request for showing: headers, query parameters and fields of the body whose names say that they carry a credential
 * have `***` for a value, whoever set them.
 */
export function maskSecrets(request: HttpRequest): ReadableRequest {
  // At the first question mark: a literal query may hold more of them (RFC 3986 §3.4).
  const [, path = '', query] = /^([^?]*)(?:\?(.*))?$/s.exec(request.path) ?? [];
  return {
    ...request,
    path: query === undefined ? path : `${path}?${query.split('&').map(maskPair).join('&')}`,
    headers: request.headers.map((text, index) =>
      index % 2 === 1 && isSecretName(request.headers[index - 1] as string) ? MASK : text,
    ),
    body: request.body === undefined ? undefined : maskBody(request.body),
  };
}

function maskPair(pair: string): string {
  const [name = ''] = pair.split('=', 1);
  return isSecretName(decodeURIComponent(name.replaceAll('+', ' '))) ? `${name}=${MASK}` : pair;
}

/** A body without such fields, at any depth, comes back as it is, to the letter. */
function maskBody(content: string | Uint8Array): string {
  const body = typeof content === 'string' ? content : Buffer.from(content).toString('utf8');
  const value = parseJson(body, Number.POSITIVE_INFINITY);
  const masked = maskFields(value);
  return masked === value ? body : stringifyJson(masked);
}

/** The value itself where nothing in it is masked. */
function maskFields(value: unknown): unknown {
  if (Array.isArray(value)) {
    const masked = value.map(maskFields);
    return masked.some((element, index) => element !== value[index]) ? masked : value;
  }
  if (!isDict(value)) return value;
  let changed = false;
  const masked = Object.create(null) as Record<string, unknown>;
  for (const name of Object.keys(value)) {
    masked[name] = isSecretName(name) ? MASK : maskFields(value[name]);
    changed ||= masked[name] !== value[name];
  }
  return changed ? masked : value;
}
