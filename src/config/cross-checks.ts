import { checkAuth } from './auth-checks.js';
import type { ConfigDraft, ListenerDraft, ProcedureDraft, ServiceDraft } from './drafts.js';
import { DEFAULT_PORTS } from './schema/listener.js';
import type { WampSettings } from './schema/wamp.js';

/** Checks that look at more than one key. What they find goes where the drafts report to. */
export function checkAcross(draft: ConfigDraft): void {
  for (const service of draft.services) {
    checkService(service, draft.wamp.settings);
    checkAuth(service);
    for (const procedure of service.procedures) checkProcedure(procedure);
  }
  checkUris(draft.services);
  for (const listener of draft.listeners) checkListener(listener);
  checkAddresses(draft.listeners);
  checkSessions(draft.router);
}

function checkService(service: ServiceDraft, wamp: Partial<WampSettings>): void {
  if (service.procedures.length === 0) {
    service.reportMissing('procedures', 'the service has no procedure; add procedures.NAME.uri and .realm');
  }
  checkKeyPair(service);
  checkCookies(service);
  if (service.settings.tls_verify === 'verify_none') {
    service.notify(
      'tls_verify',
      "the upstream's certificate is not checked: anybody in between can read along",
    );
  }
  checkTimes(service, wamp.max_call_timeout);
}

function checkTimes(service: ServiceDraft, maxCallTimeout: number | undefined): void {
  const { timeout, retries, deadline, 'pool.recv_timeout': recvTimeout } = service.settings;
  if (timeout === undefined || retries === undefined || maxCallTimeout === undefined) return;
  if (deadline !== undefined && deadline > maxCallTimeout) {
    service.notify('deadline', 'is cut down to wamp.max_call_timeout; raise that for longer calls');
  }
  const ends = Math.min(deadline ?? timeout * (retries + 1), maxCallTimeout);
  if (retries > 0 && timeout >= ends) {
    service.notify(
      deadline === undefined ? 'timeout' : 'deadline',
      'an attempt may take up the whole deadline, which leaves no time for retries',
    );
  }
  // The defaults are 60s and 30s in Bondy too: a file that says nothing about it is not to blame.
  if (
    recvTimeout !== undefined &&
    service.entry('pool.recv_timeout') !== undefined &&
    recvTimeout >= timeout
  ) {
    service.notify('pool.recv_timeout', 'has no effect: timeout ends the attempt no later');
  }
}

/** Two headers of one name would go out, and servers differ in which they read (RFC 6265 section 5.4 allows one). */
function checkCookies(draft: ServiceDraft | ProcedureDraft): void {
  const header = [...draft.members('headers.$name')].some((name) => name.toLowerCase() === 'cookie');
  const [cookie] = draft.members('cookies.$name');
  if (!header || cookie === undefined) return;
  draft.report('cookies.$name', 'cookies are given by cookies.NAME or by headers.Cookie, not both', {
    name: cookie,
  });
}

function checkProcedure(procedure: ProcedureDraft): void {
  checkCookies(procedure);
  if (procedure.entry('body') === undefined) return;
  const [field] = procedure.members('body.$name');
  if (field !== undefined) {
    procedure.report('body.$name', 'a body is either whole (body) or made of fields (body.NAME), not both', {
      name: field,
    });
  }
  if (procedure.settings.remaining === 'body') {
    procedure.report(
      'remaining',
      'nothing can be added to a whole body; allowed with it are query and refuse',
    );
  }
}

function checkUris(services: readonly ServiceDraft[]): void {
  const seen = new Map<string, string>();
  for (const procedure of services.flatMap(({ procedures }) => procedures)) {
    const { uri, realm } = procedure.settings;
    const entry = procedure.entry('uri');
    if (uri === undefined || realm === undefined || entry === undefined) continue;
    const id = `${realm} ${uri}`;
    const earlier = seen.get(id);
    if (earlier === undefined) seen.set(id, `${entry.file}:${entry.line}`);
    else procedure.report('uri', `the same URI is given in the same realm at ${earlier}`);
  }
}

function checkKeyPair(draft: ServiceDraft | ListenerDraft): void {
  for (const [given, missing] of [
    ['tls.certfile', 'tls.keyfile'],
    ['tls.keyfile', 'tls.certfile'],
  ] as const) {
    if (draft.entry(given) !== undefined && draft.entry(missing) === undefined) {
      draft.report(given, `needs ${missing} too`);
    }
  }
}

function checkListener(listener: ListenerDraft): void {
  checkKeyPair(listener);
  if (listener.entry('tls.cacertfile') !== undefined && listener.entry('tls.certfile') === undefined) {
    listener.report('tls.cacertfile', 'needs tls.certfile and tls.keyfile too');
  }
  if (listener.entry('socket') === undefined) return;
  const { protocol } = listener.settings;
  if (protocol !== undefined && protocol !== 'rawsocket') {
    listener.report('socket', 'a Unix socket goes with protocol = rawsocket only');
  }
  for (const key of ['ip', 'port'] as const) {
    if (listener.entry(key) !== undefined)
      listener.report(key, 'a listener has either a socket or ip and port');
  }
}

function checkAddresses(listeners: readonly ListenerDraft[]): void {
  const seen = new Map<string, string>();
  for (const listener of listeners) {
    const { enabled, ip, protocol, port = protocol && DEFAULT_PORTS[protocol], socket } = listener.settings;
    if (enabled !== true || socket !== undefined || port === undefined || port === 0) continue;
    const address = `${ip} ${port}`;
    const earlier = seen.get(address);
    if (earlier === undefined) seen.set(address, listener.name);
    else listener.report('port', `the listener ${earlier} has the same address and port`);
  }
}

const CREDENTIALS = {
  anonymous: [],
  ticket: ['authid', 'ticket'],
  wampcra: ['authid', 'secret'],
  scram: ['authid', 'secret'],
  cryptosign: ['authid', 'private_key'],
} as const;

function checkSessions(router: ConfigDraft['router']): void {
  for (const [name, session] of router.settings.sessions ?? []) {
    const needed = CREDENTIALS[session.authmethod] ?? [];
    const missing = needed.filter((field) => router.entry('sessions.$name', { name, field }) === undefined);
    if (missing.length === 0) continue;
    router.report('sessions.$name', `needs ${missing.join(' and ')} too`, { name, field: 'authmethod' });
  }
}
