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
    service.reportMissing('auth.fetch.url', 'is required where auth.fetch is used');
  }
  checkTokenPlace(service);
  checkBasic(service);
  checkBody(service);
  checkRetries(service);
}

/** The token stands in one place. */
function checkTokenPlace(service: ServiceDraft): void {
  const [pathKey, headerKey] = ['auth.fetch.token_path', 'auth.fetch.token_header'] as const;
  const hasHeader = service.entry(headerKey) !== undefined;
  if (service.entry(pathKey) === undefined) {
    if (!hasHeader) {
      service.reportMissing(pathKey, `is required where auth.fetch is used (or ${headerKey})`);
    }
    return;
  }
  if (hasHeader) {
    service.report(headerKey, `the token is read from ${pathKey} or from this header, not both`);
    return;
  }
  const expiresInKey = 'auth.fetch.expires_in_path';
  if (service.settings[pathKey]?.length === 0 && service.entry(expiresInKey) !== undefined) {
    service.report(
      expiresInKey,
      `has nothing to lead into: with ${pathKey} = . the whole answer is the token`,
    );
  }
}

/** A refused token would be sent again and again before it is replaced. */
function checkRetries(service: ServiceDraft): void {
  const { 'retry.statuses': retried, 'auth.refresh_on': refreshOn = [401] } = service.settings;
  const both = retried?.find((status) => refreshOn.includes(status));
  if (both === undefined) return;
  service.report(
    'retry.statuses',
    `${both} asks for a fresh token already (auth.refresh_on) and cannot be retried besides`,
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
      'the header Authorization is given by auth.fetch.basic_auth or by this line, not both',
      { name: header },
    );
  }
  // What is form-encoded holds neither.
  if (service.settings[ENCODING] === 'form') return;
  // RFC 7617 section 2: the first colon ends the user name, and neither half holds control characters.
  if (knownText(service, service.settings[USERNAME]).includes(':')) {
    service.report(USERNAME, `a user name for HTTP Basic may not hold a colon, unless ${ENCODING} is form`);
  }
  for (const key of [USERNAME, PASSWORD] as const) {
    if (/\p{Cc}/u.test(knownText(service, service.settings[key]))) {
      service.report(key, 'HTTP Basic allows no control characters and line breaks');
    }
  }
}

/** What of a template is known at load; what a secret will fill is left out. */
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
    notSent('auth.fetch.method is get; put {{variables}} into auth.fetch.url');
  } else if (service.settings['auth.fetch.body_encoding'] === 'none') {
    notSent('auth.fetch.body_encoding is none, not form or json');
  } else {
    notifyTwoWays(service);
  }
}

/** Only the secret authenticates: a client_id by itself names the client (RFC 6749 section 2.3.1), which some endpoints want. */
function notifyTwoWays(service: ServiceDraft): void {
  const name = 'client_secret';
  if (!service.members('auth.fetch.body.$key').has(name)) return;
  if (service.entry(USERNAME) === undefined || service.entry(PASSWORD) === undefined) return;
  service.notify(
    'auth.fetch.body.$key',
    'is sent besides auth.fetch.basic_auth: many token endpoints refuse two ways of client authentication in one request' +
      ' (RFC 6749 section 2.3); where yours does, leave one of them out',
    { name },
  );
}

/** Notices what `auth.cache` and `auth.refresh_on` say in vain. */
export function checkTokenCache(service: ServiceDraft): void {
  const ttlKey = 'auth.cache.default_ttl';
  const marginKey = 'auth.cache.refresh_margin';
  if (!service.hasAny('auth.fetch')) {
    const idle = ([ttlKey, marginKey, 'auth.refresh_on'] as const).find((key) => service.entry(key));
    if (idle !== undefined)
      service.notify(idle, 'has no effect: without auth.fetch there is no token to renew');
    return;
  }
  const { [ttlKey]: ttl, [marginKey]: margin } = service.settings;
  if (ttl === undefined || margin === undefined) return;
  if (ttl > MAX_TOKEN_TTL_MS) service.notify(ttlKey, 'is cut down to 24h: no token is kept longer');
  if (margin >= Math.min(ttl, MAX_TOKEN_TTL_MS)) {
    service.notify(
      service.entry(marginKey) ? marginKey : ttlKey,
      'auth.cache.refresh_margin should be shorter than auth.cache.default_ttl: it is cut down to half of that',
    );
  }
}
