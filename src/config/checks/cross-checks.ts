import type { ConfigDraft, ProcedureDraft, ServiceDraft } from '../drafts.js';
import type { ServiceSettings } from '../schema/service.js';
import type { ReadFile } from '../syntax/includes.js';
import { checkAuth } from './auth-checks.js';
import { checkHost } from './host-checks.js';
import { checkListeners } from './listener-checks.js';
import { type CheckTls, createTlsCheck } from './tls-checks.js';

/** Checks that look at more than one key. What they find goes where the drafts report to. */
export function checkAcross(draft: ConfigDraft, readFile: ReadFile): void {
  const checkTls = createTlsCheck(readFile);
  for (const service of draft.services) {
    checkService(service, draft.wamp, checkTls);
    checkAuth(service, readFile);
    checkHost(service);
    for (const procedure of service.procedures) {
      checkProcedure(procedure);
      checkHost(procedure);
    }
    checkCookies(service);
  }
  checkUris(draft.services);
  checkListeners(draft, checkTls);
  checkDefaultAnswerSize(draft);
  checkWampLimits(draft.wamp);
  checkSessions(draft.router);
}

function checkService(service: ServiceDraft, wamp: ConfigDraft['wamp'], checkTls: CheckTls): void {
  if (service.procedures.length === 0) {
    service.reportMissing('procedures', 'the service has no procedure; add procedures.NAME.uri and .realm');
  }
  checkTls(service);
  if (service.settings.tls_verify === 'verify_none') {
    service.notify(
      'tls_verify',
      "the upstream's certificate is not checked: anybody in between can read along",
    );
  }
  if (service.settings['auth.fetch.tls_verify'] === 'verify_none') {
    service.notify(
      'auth.fetch.tls_verify',
      "the token endpoint's certificate is not checked: anybody in between can read the credentials",
    );
  }
  checkTimes(service, wamp.settings.max_call_timeout);
  checkAnswerSize(service, wamp);
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

function checkAnswerSize(service: ServiceDraft, wamp: ConfigDraft['wamp']): void {
  if (service.entry('pool.max_response_size') === undefined || !exceedsBuffer(service, wamp)) return;
  service.notify(
    'pool.max_response_size',
    'an answer larger than wamp.max_send_buffer cannot be handed to a client; raise that, or lower this',
  );
}

/** Where services leave the size to its default, one notice stands for all of them. */
function checkDefaultAnswerSize({ services, wamp }: ConfigDraft): void {
  const usesDefault = (service: ServiceDraft) => service.entry('pool.max_response_size') === undefined;
  if (!services.some((service) => usesDefault(service) && exceedsBuffer(service, wamp))) return;
  wamp.notify(
    'max_send_buffer',
    'is smaller than the default of pool.max_response_size; an answer in between cannot be handed to a client',
  );
}

function exceedsBuffer(service: ServiceDraft, wamp: ConfigDraft['wamp']): boolean {
  const { 'pool.max_response_size': size } = service.settings;
  const { max_send_buffer: buffer } = wamp.settings;
  return size !== undefined && buffer !== undefined && size > buffer;
}

/** Limits of which one undoes what another allows. */
function checkWampLimits(wamp: ConfigDraft['wamp']): void {
  const { call_timeout, max_call_timeout, max_message_size, max_send_buffer, max_send_buffer_total } =
    wamp.settings;
  if (wamp.entry('call_timeout') !== undefined && isAbove(call_timeout, max_call_timeout)) {
    wamp.notify('call_timeout', 'is cut down to wamp.max_call_timeout; raise that for longer calls');
  }
  if (isAbove(max_message_size, max_send_buffer)) {
    wamp.notify(
      wamp.entry('max_message_size') === undefined ? 'max_send_buffer' : 'max_message_size',
      'a message larger than wamp.max_send_buffer is taken and handed to nobody; let wamp.max_message_size be no larger',
    );
  }
  if (isAbove(max_send_buffer, max_send_buffer_total)) {
    wamp.notify(
      wamp.entry('max_send_buffer') === undefined ? 'max_send_buffer_total' : 'max_send_buffer',
      'one client may have more waiting than wamp.max_send_buffer_total allows all of them; let wamp.max_send_buffer be smaller',
    );
  }
}

/** What is undefined was wrong, and is reported already. */
function isAbove(value: number | undefined, limit: number | undefined): boolean {
  return value !== undefined && limit !== undefined && value > limit;
}

/**
 * Two Cookie headers would go out, and servers differ in which they read (RFC 6265 section 5.4 allows one). What a
 * service says is sent together with what its procedure says.
 */
function checkCookies(service: ServiceDraft): void {
  const ofService = cookieHeader(service);
  reportCookies(service, ofService);
  for (const procedure of service.procedures) {
    const header = cookieHeader(procedure) ?? ofService;
    reportCookies(procedure, header);
    // The service's own cookies meet the header of this procedure alone.
    if (header !== ofService) reportCookies(service, header);
  }
}

function cookieHeader(draft: ServiceDraft | ProcedureDraft): string | undefined {
  if ([...draft.members('headers.$name')].some((name) => name.toLowerCase() === 'cookie'))
    return 'headers.Cookie';
  const { 'auth.apply.name': name } = draft.settings as Partial<ServiceSettings>;
  return name?.toLowerCase() === 'cookie' ? 'auth.apply.name = Cookie' : undefined;
}

function reportCookies(draft: ServiceDraft | ProcedureDraft, header: string | undefined): void {
  const [name] = draft.members('cookies.$name');
  if (header === undefined || name === undefined) return;
  draft.report('cookies.$name', `cookies are given by cookies.NAME or by ${header}, not both`, { name });
}

function checkProcedure(procedure: ProcedureDraft): void {
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
