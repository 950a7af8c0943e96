import type { ServiceDraft } from '../drafts.js';
import type { ReadFile } from '../syntax/includes.js';
import { fileError } from '../types/datatypes.js';
import { readSigningKey } from '../types/signing-key.js';
import { variablesOf } from '../types/template.js';
import { ASSERTION } from '../types/token-url.js';
import { ValueError } from '../types/value-error.js';

const KEY_FILE = 'auth.fetch.assertion.key_file';
const CLAIMS = 'auth.fetch.assertion.claims.$name';

/** Claims that the gateway sets, and the keys for them (RFC 7523 section 3). */
const OWN_CLAIMS: Readonly<Record<string, string>> = {
  iss: 'auth.fetch.assertion.iss',
  sub: 'auth.fetch.assertion.sub',
  aud: 'auth.fetch.assertion.aud',
  exp: 'auth.fetch.assertion.ttl',
  iat: '',
  nbf: '',
  jti: '',
};

/** Checks the keys of the JWT that the gateway signs. */
export function checkAssertion(service: ServiceDraft, readFile: ReadFile): void {
  if (!service.hasAny('auth.fetch.assertion')) return;
  if (service.entry(KEY_FILE) === undefined) {
    service.reportMissing(KEY_FILE, 'is required if any auth.fetch.assertion key is set');
  }
  if (service.entry('auth.fetch.assertion.iss') === undefined) {
    service.reportMissing('auth.fetch.assertion.iss', 'is required with auth.fetch.assertion.key_file');
  }
  checkUse(service);
  checkKey(service, readFile);
  for (const name of service.members(CLAIMS)) {
    if (!Object.hasOwn(OWN_CLAIMS, name)) continue;
    const key = OWN_CLAIMS[name];
    service.report(CLAIMS, key ? `set this claim with ${key}` : 'the gateway sets this claim itself', {
      name,
    });
  }
}

function checkUse(service: ServiceDraft): void {
  const { 'auth.fetch.body': body = [], 'auth.fetch.headers': headers = [] } = service.settings;
  const isUsed = [...body, ...headers].some(({ template }) =>
    variablesOf(template).some(({ name }) => name === ASSERTION),
  );
  if (!isUsed && service.entry(KEY_FILE) !== undefined) {
    service.report(
      KEY_FILE,
      'has no effect: auth.fetch.body and auth.fetch.headers do not contain {{assertion}}',
    );
  }
  for (const key of ['auth.vars.$var', 'auth.secrets.vars.$var'] as const) {
    if (!service.members(key).has(ASSERTION)) continue;
    const member = key === 'auth.vars.$var' ? { name: ASSERTION } : { name: ASSERTION, field: 'field' };
    service.report(
      key,
      'another variable cannot have this name: {{assertion}} is the JWT of auth.fetch.assertion',
      member,
    );
  }
}

function checkKey(service: ServiceDraft, readFile: ReadFile): void {
  const { [KEY_FILE]: path, 'auth.fetch.assertion.alg': alg } = service.settings;
  // A wrong algorithm is reported already.
  if (path === undefined || (alg === undefined && service.entry('auth.fetch.assertion.alg') !== undefined))
    return;
  try {
    const content = readFile(path);
    readSigningKey(typeof content === 'string' ? content : new TextDecoder().decode(content), alg);
  } catch (error) {
    service.report(KEY_FILE, error instanceof ValueError ? error.message : fileError(error));
  }
}
