import type { ServiceDraft } from '../drafts.js';
import { MAX_TOKEN_TTL_MS } from '../schema/auth.js';
import type { Template } from '../types/template.js';
import { valueAtLoad } from './variable-checks.js';

const USERNAME = 'auth.fetch.basic_auth.username';
const PASSWORD = 'auth.fetch.basic_auth.password';
const ENCODING = 'auth.fetch.basic_auth.encoding';

/** Checks the keys under `auth.fetch` against each other. */
export function checkTokenRequest(service: ServiceDraft): void {
  if (!service.hasAny('auth.fetch')) return;
  if (service.entry('auth.fetch.url') === undefined) {
    service.reportMissing('auth.fetch.url', 'is required if any auth.fetch key is set');
  }
  checkTokenPlace(service);
  checkBasic(service);
  checkBody(service);
  checkRetries(service);
}

/** Checks that the token is read from exactly one place. */
function checkTokenPlace(service: ServiceDraft): void {
  const [pathKey, headerKey] = ['auth.fetch.token_path', 'auth.fetch.token_header'] as const;
  const hasHeader = service.entry(headerKey) !== undefined;
  if (service.entry(pathKey) === undefined) {
    if (!hasHeader) {
      service.reportMissing(pathKey, `is required if any auth.fetch key is set (or ${headerKey})`);
    }
    return;
  }
  if (hasHeader) {
    service.report(headerKey, `set either ${pathKey} or this header, not both`);
    return;
  }
  const expiresInKey = 'auth.fetch.expires_in_path';
  if (service.settings[pathKey]?.length === 0 && service.entry(expiresInKey) !== undefined) {
    service.report(expiresInKey, `has no effect: with ${pathKey} = . the whole response is the token`);
  }
}

/** Refuses statuses that would send a refused token again and again before it is replaced. */
function checkRetries(service: ServiceDraft): void {
  const { 'retry.statuses': retried, 'auth.refresh_on': refreshOn = [401] } = service.settings;
  const both = retried?.find((status) => refreshOn.includes(status));
  if (both === undefined) return;
  service.report(
    'retry.statuses',
    `must not contain ${both}, because auth.refresh_on contains it: after this status the gateway fetches a new token`,
  );
}

function checkBasic(service: ServiceDraft): void {
  if (service.entry(USERNAME) && !service.entry(PASSWORD)) service.report(USERNAME, `needs ${PASSWORD} too`);
  if (service.entry(PASSWORD) && !service.entry(USERNAME)) service.report(PASSWORD, `needs ${USERNAME} too`);
  if (service.entry(USERNAME) === undefined && service.entry(PASSWORD) === undefined) {
    if (service.entry(ENCODING) !== undefined) service.report(ENCODING, `needs ${USERNAME} and ${PASSWORD}`);
    return;
  }
  const header = [...service.members('auth.fetch.headers.$key')].find(
    (name) => name.toLowerCase() === 'authorization',
  );
  if (header !== undefined) {
    service.report(
      'auth.fetch.headers.$key',
      'set the header Authorization either with auth.fetch.basic_auth or with this line, not with both',
      { name: header },
    );
  }
  // Form-encoded text contains no colon and no control character.
  if (service.settings[ENCODING] === 'form') return;
  // RFC 7617 section 2: the first colon ends the user name, and control characters are not allowed.
  if (knownText(service, service.settings[USERNAME]).includes(':')) {
    service.report(USERNAME, `must not contain a colon in HTTP Basic, unless ${ENCODING} is form`);
  }
  for (const key of [USERNAME, PASSWORD] as const) {
    if (/\p{Cc}/u.test(knownText(service, service.settings[key]))) {
      service.report(key, 'must not contain control characters or line breaks in HTTP Basic');
    }
  }
}

/** The text of a template that is known at load, without the values of secrets. */
function knownText(service: ServiceDraft, template: Template | undefined): string {
  const pieces = template?.parts.map((part) =>
    typeof part === 'string' ? part : valueAtLoad(service, part),
  );
  return pieces?.join('') ?? '';
}

function checkBody(service: ServiceDraft): void {
  const [field] = service.members('auth.fetch.body.$key');
  if (field === undefined) return;
  const notSent = (why: string) =>
    service.notify('auth.fetch.body.$key', `is not sent: ${why}`, { name: field });
  // RFC 9110 section 9.3.1: a body has no meaning in a GET.
  if (service.settings['auth.fetch.method'] === 'get') {
    notSent('auth.fetch.method is get; write the {{variables}} into auth.fetch.url');
  } else if (service.settings['auth.fetch.body_encoding'] === 'none') {
    notSent('auth.fetch.body_encoding is none; set it to form or json');
  } else {
    notifyTwoMethods(service);
  }
}

/**
 * Adds a notice if a request has two methods of client authentication. A client_id without a
 * client_secret is no such method. It only names the client (RFC 6749 section 2.3.1), and some
 * endpoints require it.
 */
function notifyTwoMethods(service: ServiceDraft): void {
  const name = 'client_secret';
  if (!service.members('auth.fetch.body.$key').has(name)) return;
  if (service.entry(USERNAME) === undefined || service.entry(PASSWORD) === undefined) return;
  service.notify(
    'auth.fetch.body.$key',
    'is sent in addition to auth.fetch.basic_auth: many token endpoints refuse two methods of client authentication in' +
      ' one request (RFC 6749 section 2.3); if yours does, remove one of them',
    { name },
  );
}

/** Adds a notice for each value of `auth.cache` and `auth.refresh_on` that has no effect. */
export function checkTokenCache(service: ServiceDraft): void {
  const ttlKey = 'auth.cache.default_ttl';
  const marginKey = 'auth.cache.refresh_margin';
  if (!service.hasAny('auth.fetch')) {
    const idle = ([ttlKey, marginKey, 'auth.refresh_on'] as const).find((key) => service.entry(key));
    if (idle !== undefined)
      service.notify(idle, 'has no effect: without auth.fetch, there is no token to renew');
    return;
  }
  const { [ttlKey]: ttl, [marginKey]: margin } = service.settings;
  if (ttl === undefined || margin === undefined) return;
  if (ttl > MAX_TOKEN_TTL_MS) service.notify(ttlKey, 'is limited to 24h, the longest lifetime of a token');
  if (margin >= Math.min(ttl, MAX_TOKEN_TTL_MS)) {
    service.notify(
      service.entry(marginKey) ? marginKey : ttlKey,
      'auth.cache.refresh_margin should be shorter than auth.cache.default_ttl: it is limited to half of it',
    );
  }
}
