import type { ConfigDraft } from '../drafts.js';
import { joinSome } from '../join-some.js';
import { ROUTER_KEYS } from '../schema/router.js';
import { SECURITY_KEYS } from '../schema/security.js';
import { WAMP_KEYS } from '../schema/wamp.js';
import type { ReadFile } from '../syntax/includes.js';
import { fileError } from '../types/datatypes.js';
import { readPrivateKey } from '../types/pem.js';
import { ValueError } from '../types/value-error.js';
import type { CheckTls } from './tls-checks.js';

type RouterDraft = ConfigDraft['router'];

/** Checks the keys of attached mode, or notes that they have no effect. */
export function checkRouter(draft: ConfigDraft, checkTls: CheckTls, readFile: ReadFile): void {
  const { router } = draft;
  checkTls(router);
  checkSessions(router, readFile);
  if (router.entry('url') === undefined) {
    notifyUnattached(draft);
    return;
  }
  const { url, 'reconnect.min': min, 'reconnect.max': max } = router.settings;
  if (url?.length === 0) router.report('url', 'must name at least one router');
  if (min !== undefined && max !== undefined && min > max) {
    if (router.entry('reconnect.min') === undefined)
      router.report(
        'reconnect.max',
        'must not be shorter than router.reconnect.min, which is 500ms by default',
      );
    else router.report('reconnect.min', 'must not be longer than router.reconnect.max');
  }
  if (router.settings.tls_verify === 'verify_none') {
    router.notify(
      'tls_verify',
      'the certificate of the router is not checked: an attacker in between can read all calls',
    );
  }
  const usesTls = url?.some((each) => /^(?:wss|rss):/.test(each)) ?? true;
  const tlsKey = TLS_KEYS.find((key) => router.entry(key) !== undefined);
  if (!usesTls && tlsKey !== undefined) {
    router.notify(tlsKey, 'has no effect: no URL of router.url begins with wss:// or rss://');
  }
  if (draft.services.length === 0)
    router.report('url', 'needs a service, because the gateway registers the procedures of services');
  else checkRealms(draft);
  notifyFrames(draft);
  notifyConcurrency(draft);
  notifyEmbedded(draft);
}

const TLS_KEYS = ['tls.cacertfile', 'tls.certfile', 'tls.keyfile', 'tls.servername'] as const;

/** The credentials that each authmethod needs. One credential of an inner list is enough. */
const CREDENTIALS = {
  anonymous: [],
  ticket: ['authid', 'ticket'],
  wampcra: ['authid', 'secret'],
  'wamp-scram': ['authid', 'secret'],
  scram: ['authid', 'secret'],
  cryptosign: [['private_key', 'private_key_file']],
} as const;

const CREDENTIAL_FIELDS = ['authid', 'secret', 'ticket', 'private_key', 'private_key_file'] as const;
const SESSION_FIELDS = ['realm', 'authmethod', ...CREDENTIAL_FIELDS] as const;

function checkSessions(router: RouterDraft, readFile: ReadFile): void {
  const realms = new Map<string, string>();
  for (const [name, session] of router.settings.sessions ?? []) {
    const has = (field: string) => router.entry('sessions.$name', { name, field }) !== undefined;
    const report = (field: string, message: string) =>
      router.report('sessions.$name', message, { name, field });
    const { authmethod, realm } = session;
    const needed: readonly (string | readonly string[])[] = CREDENTIALS[authmethod] ?? [];
    const missing = needed.filter((field) => ![field].flat().some(has));
    if (missing.length > 0) {
      report('authmethod', `needs ${missing.map((field) => [field].flat().join(' or ')).join(' and ')} too`);
    }
    if (has('private_key') && has('private_key_file')) {
      report('private_key_file', 'a session has either private_key or private_key_file');
    }
    const used = new Set([...needed.flat(), ...(authmethod === 'cryptosign' ? ['authid'] : [])]);
    for (const field of CREDENTIAL_FIELDS) {
      if (authmethod === undefined || used.has(field) || !has(field)) continue;
      router.notify('sessions.$name', `has no effect with authmethod = ${authmethod}`, { name, field });
    }
    checkKeyFile(session.private_key_file, readFile, (message) => report('private_key_file', message));
    const earlier = realm === undefined ? undefined : realms.get(realm);
    if (earlier !== undefined) report('realm', `the session ${earlier} is for the same realm`);
    if (realm !== undefined) realms.set(realm, name);
  }
}

function checkKeyFile(path: string | undefined, readFile: ReadFile, report: (message: string) => void): void {
  if (path === undefined) return;
  try {
    const content = readFile(path);
    const key = readPrivateKey(typeof content === 'string' ? content : new TextDecoder().decode(content));
    if (key.asymmetricKeyType !== 'ed25519') report('must hold an Ed25519 key, as openssl genpkey makes it');
  } catch (error) {
    report(error instanceof ValueError ? error.message : fileError(error));
  }
}

function checkRealms({ router, services, admin }: ConfigDraft): void {
  const used = new Set([
    ...services.flatMap(({ procedures }) => procedures.map(({ settings }) => settings.realm)),
    admin.settings.realm,
  ]);
  for (const [name, { realm }] of router.settings.sessions ?? []) {
    if (realm === undefined || used.has(realm)) continue;
    router.report('sessions.$name', 'no procedure uses this realm', { name, field: 'realm' });
  }
}

/**
 * Compares `pool.max_response_size` with `router.max_frame_size`, but only if the configuration
 * sets `pool.max_response_size`. Its default is larger than the default of
 * `router.max_frame_size`. So otherwise nearly every configuration would get this notice.
 */
function notifyFrames({ router, services }: ConfigDraft): void {
  const { max_frame_size: frame } = router.settings;
  for (const service of services) {
    const { 'pool.max_response_size': size } = service.settings;
    if (service.entry('pool.max_response_size') === undefined || size === undefined || frame === undefined)
      continue;
    if (size > frame) {
      service.notify(
        'pool.max_response_size',
        'a response larger than router.max_frame_size cannot be sent to the router; raise router.max_frame_size, or lower this value',
      );
    }
  }
}

function notifyConcurrency({ services }: ConfigDraft): void {
  for (const procedure of services.flatMap(({ procedures }) => procedures)) {
    if (procedure.entry('concurrency') === undefined) continue;
    procedure.notify(
      'concurrency',
      'on Crossbar.io, a call counts for ever if its caller leaves before the call ends; without the key, pool.size limits the gateway itself',
    );
  }
}

/** The keys under `wamp` that also concern the gateway itself. */
const SHARED_WAMP_KEYS: readonly string[] = ['max_call_timeout', 'max_values'];

/** The embedded router does not run, so its keys have no effect. One notice for each scope. */
function notifyEmbedded({ listeners, wamp, security }: ConfigDraft): void {
  const closed = listeners.filter(({ settings, isAdmin }) => settings.enabled !== false && !isAdmin);
  for (const listener of listeners) {
    const { enabled, protocol } = listener.settings;
    if (enabled === false || !listener.isAdmin || protocol === 'admin') continue;
    listener.notify('services', 'with router.url the listener serves only operators');
  }
  closed[0]?.notify(
    'protocol',
    `${NOT_EMBEDDED}: ${joinSome(
      closed.map(({ name }) => name),
      5,
    )}`,
  );
  const wampKeys = Object.keys(WAMP_KEYS).filter(
    (key) => !SHARED_WAMP_KEYS.includes(key) && wamp.hasAny(key),
  ) as (keyof typeof WAMP_KEYS)[];
  if (wampKeys[0] !== undefined) wamp.notify(wampKeys[0], `${NOT_EMBEDDED}: ${joinSome(wampKeys, 5)}`);
  const securityKeys = (Object.keys(SECURITY_KEYS) as (keyof typeof SECURITY_KEYS)[]).filter((key) =>
    security.hasAny(key),
  );
  if (securityKeys[0] !== undefined) {
    security.notify(securityKeys[0], `${NOT_EMBEDDED}: ${joinSome(securityKeys, 5)}`);
  }
}

const NOT_EMBEDDED = 'with router.url the embedded router does not run, so these have no effect';

function notifyUnattached({ router, services }: ConfigDraft): void {
  const keys = (Object.keys(ROUTER_KEYS) as (keyof typeof ROUTER_KEYS)[]).filter(
    (key) => router.entry(key) !== undefined,
  );
  for (const key of keys) router.notify(key, UNATTACHED);
  for (const name of router.members('sessions.$name')) {
    const field = [...SESSION_FIELDS].find((each) => router.entry('sessions.$name', { name, field: each }));
    if (field !== undefined) router.notify('sessions.$name', UNATTACHED, { name, field });
  }
  for (const procedure of services.flatMap(({ procedures }) => procedures)) {
    for (const key of ['invoke', 'concurrency'] as const) {
      if (procedure.entry(key) !== undefined) procedure.notify(key, 'has no effect without router.url');
    }
  }
}

const UNATTACHED = 'has no effect without router.url: the gateway runs its own router';
