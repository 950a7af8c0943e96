import type { ConfigDraft, ProcedureDraft, ServiceDraft } from '../drafts.js';
import type { ServiceSettings } from '../schema/service.js';
import type { ReadFile } from '../syntax/includes.js';
import { checkAdmin } from './admin-checks.js';
import { checkAnswers } from './answer-checks.js';
import { checkAuth } from './auth-checks.js';
import { checkBody } from './body-checks.js';
import { checkCache } from './cache-checks.js';
import { checkCallerVariables } from './caller-checks.js';
import { checkHost } from './host-checks.js';
import { checkLimits } from './limit-checks.js';
import { checkListeners } from './listener-checks.js';
import { checkOpenApi } from './openapi-checks.js';
import { checkProxy } from './proxy-checks.js';
import { checkRouter } from './router-checks.js';
import { checkStream } from './stream-checks.js';
import { type CheckTls, createTlsCheck } from './tls-checks.js';
import { checkTracing } from './tracing-checks.js';
import { checkUris } from './uri-checks.js';

/**
 * Runs the checks that need more than one key. They report through the drafts.
 *
 * @param readSecret reads the files of `auth.secrets.*`
 */
export function checkAcross(draft: ConfigDraft, readFile: ReadFile, readSecret: ReadFile): void {
  const checkTls = createTlsCheck(readFile);
  for (const service of draft.services) {
    checkService(service, draft.wamp, checkTls);
    checkAuth(service, readFile, readSecret);
    checkCallerVariables(service, draft.router.entry('url') !== undefined);
    checkHost(service);
    checkProxy(service);
    checkOpenApi(service);
    for (const procedure of service.procedures) {
      checkProcedure(procedure);
      checkBody(service, procedure);
      checkStream(procedure);
      checkHost(procedure);
    }
    checkAnswers(service);
    checkCache(service);
    checkLimits(service);
    checkCookies(service);
    checkBreaker(service);
    checkLiveness(service);
  }
  checkUris(draft.services);
  checkListeners(draft, checkTls);
  checkAdmin(draft);
  checkDefaultResponseSize(draft);
  checkWampLimits(draft.wamp);
  checkRouter(draft, checkTls, readFile);
  checkTracing(draft);
}

function checkService(service: ServiceDraft, wamp: ConfigDraft['wamp'], checkTls: CheckTls): void {
  // A document that cannot be used is reported already.
  if (service.procedures.length === 0 && service.document !== null) {
    service.reportMissing(
      'procedures',
      service.document === undefined
        ? 'the service has no procedure; add procedures.NAME.uri and procedures.NAME.realm'
        : 'the service has no procedure, because no operation of its document becomes one',
    );
  }
  checkTls(service);
  if (service.settings.tls_verify === 'verify_none') {
    service.notify(
      'tls_verify',
      'the gateway does not verify the certificate of the upstream, so an attacker on the network can read all requests',
    );
  }
  if (service.settings['auth.fetch.tls_verify'] === 'verify_none') {
    service.notify(
      'auth.fetch.tls_verify',
      'the gateway does not verify the certificate of the token endpoint, so an attacker on the network can read the credentials',
    );
  }
  checkTimes(service, wamp.settings.max_call_timeout);
  checkResponseSize(service, wamp);
  checkShare(service);
}

/** Notes a share of the queue that is as large as the queue. */
function checkShare(service: ServiceDraft): void {
  const { 'pool.max_waiting_per_caller': share, 'pool.max_waiting': all } = service.settings;
  if (share === undefined || all === undefined || share === 0 || share < all) return;
  service.notify('pool.max_waiting_per_caller', 'has no effect: it is not smaller than pool.max_waiting');
}

function checkTimes(service: ServiceDraft, maxCallTimeout: number | undefined): void {
  const { timeout, retries, deadline, 'pool.recv_timeout': recvTimeout } = service.settings;
  if (timeout === undefined || retries === undefined || maxCallTimeout === undefined) return;
  if (deadline !== undefined && deadline > maxCallTimeout) {
    service.notify(
      'deadline',
      'is limited to wamp.max_call_timeout; raise wamp.max_call_timeout for longer calls',
    );
  }
  const wholeCall = Math.min(deadline ?? timeout * (retries + 1), maxCallTimeout);
  if (retries > 0 && timeout >= wholeCall) {
    service.notify(
      deadline === undefined ? 'timeout' : 'deadline',
      'one attempt may take the whole deadline, which leaves no time for retries',
    );
  }
  // The defaults are 60s and 30s, as in Bondy, so a file without the key gets no notice.
  if (
    recvTimeout !== undefined &&
    service.entry('pool.recv_timeout') !== undefined &&
    recvTimeout >= timeout
  ) {
    service.notify('pool.recv_timeout', 'has no effect: it is not shorter than timeout');
  }
}

function checkResponseSize(service: ServiceDraft, wamp: ConfigDraft['wamp']): void {
  if (service.entry('pool.max_response_size') === undefined || !exceedsBuffer(service, wamp)) return;
  service.notify(
    'pool.max_response_size',
    'a response larger than wamp.max_send_buffer cannot be sent to a client; raise wamp.max_send_buffer, or lower this value',
  );
}

/** Notes keys of a circuit breaker that have no effect. */
function checkBreaker(service: ServiceDraft): void {
  const { 'breaker.enabled': enabled, 'breaker.statuses': statuses } = service.settings;
  if (enabled === false) {
    notifyUseless(service, BREAKER_KEYS, 'has no effect unless breaker.enabled is on');
  } else if (statuses?.some((status) => status < 500 && status !== 408 && status !== 429) && enabled) {
    service.notify(
      'breaker.statuses',
      'contains statuses that callers can cause with wrong values; one caller could stop the calls of all',
    );
  }
}

/** Notes keys of probes that have no effect, or contradict each other. */
function checkLiveness(service: ServiceDraft): void {
  const { 'liveness.enabled': enabled, 'liveness.timeout': timeout } = service.settings;
  if (enabled === false) {
    notifyUseless(service, LIVENESS_KEYS, 'has no effect, because liveness.enabled is off');
  } else if (isAbove(timeout, service.settings['liveness.interval'])) {
    service.notify(
      service.entry('liveness.interval') === undefined ? 'liveness.timeout' : 'liveness.interval',
      'liveness.interval is shorter than liveness.timeout; a probe without a response delays the next one',
    );
  }
}

function notifyUseless(
  service: ServiceDraft,
  keys: readonly (typeof BREAKER_KEYS | typeof LIVENESS_KEYS)[number][],
  message: string,
): void {
  for (const key of keys) if (service.entry(key) !== undefined) service.notify(key, message);
}

const LIVENESS_KEYS = [
  'liveness.path',
  'liveness.method',
  'liveness.interval',
  'liveness.timeout',
  'liveness.failure_threshold',
  'liveness.success_threshold',
] as const;

const BREAKER_KEYS = [
  'breaker.window',
  'breaker.minimum_calls',
  'breaker.failure_ratio',
  'breaker.statuses',
  'breaker.open_time',
] as const;

/** Adds one notice for all services that use the default size. */
function checkDefaultResponseSize({ services, wamp }: ConfigDraft): void {
  const usesDefault = (service: ServiceDraft) => service.entry('pool.max_response_size') === undefined;
  if (!services.some((service) => usesDefault(service) && exceedsBuffer(service, wamp))) return;
  wamp.notify(
    'max_send_buffer',
    'is smaller than the default of pool.max_response_size; a response larger than this value cannot be sent to a client',
  );
}

function exceedsBuffer(service: ServiceDraft, wamp: ConfigDraft['wamp']): boolean {
  const { 'pool.max_response_size': size } = service.settings;
  const { max_send_buffer: buffer } = wamp.settings;
  return size !== undefined && buffer !== undefined && size > buffer;
}

/** Notes limits that contradict each other. */
function checkWampLimits(wamp: ConfigDraft['wamp']): void {
  const { call_timeout, max_call_timeout, max_message_size, max_send_buffer, max_send_buffer_total } =
    wamp.settings;
  if (wamp.entry('call_timeout') !== undefined && isAbove(call_timeout, max_call_timeout)) {
    wamp.notify(
      'call_timeout',
      'is limited to wamp.max_call_timeout; raise wamp.max_call_timeout for longer calls',
    );
  }
  if (isAbove(max_message_size, max_send_buffer)) {
    wamp.notify(
      wamp.entry('max_message_size') === undefined ? 'max_send_buffer' : 'max_message_size',
      'the router accepts a message larger than wamp.max_send_buffer but cannot deliver it; wamp.max_message_size should not be larger than wamp.max_send_buffer',
    );
  }
  if (isAbove(max_send_buffer, max_send_buffer_total)) {
    wamp.notify(
      wamp.entry('max_send_buffer') === undefined ? 'max_send_buffer_total' : 'max_send_buffer',
      'the limit for one client is higher than wamp.max_send_buffer_total, the limit for all clients; wamp.max_send_buffer should not be larger',
    );
  }
}

/** Tells whether a value is above a limit. An undefined value was wrong and is reported already. */
function isAbove(value: number | undefined, limit: number | undefined): boolean {
  return value !== undefined && limit !== undefined && value > limit;
}

/**
 * Refuses `cookies.*` beside a Cookie header. The request would have two Cookie headers. RFC 6265
 * section 5.4 allows only one, and some servers read the first one and others the second. The keys
 * of a service and of its procedure apply together.
 */
function checkCookies(service: ServiceDraft): void {
  const ofService = cookieHeader(service);
  reportCookies(service, ofService);
  for (const procedure of service.procedures) {
    const header = cookieHeader(procedure) ?? ofService;
    reportCookies(procedure, header);
    // The header of this procedure also conflicts with the cookies of the service.
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
  draft.report('cookies.$name', `set cookies either with cookies.NAME or with ${header}, not with both`, {
    name,
  });
}

function checkProcedure(procedure: ProcedureDraft): void {
  if (procedure.entry('body') === undefined) return;
  const [field] = procedure.members('body.$name');
  if (field !== undefined) {
    procedure.report('body.$name', 'set the body either with body or with body.NAME, not with both', {
      name: field,
    });
  }
  if (procedure.settings.remaining === 'body') {
    procedure.report('remaining', 'must be query or refuse, because nothing can be added to a whole body');
  }
}
