import type { Clock } from '../../clock.js';
import type { LogSettings, ProcedureConfig, ServiceConfig } from '../../config/model.js';
import { sourceForShow } from '../../config/types/template.js';
import type { CallErrorCode } from '../../errors.js';
import type { Logger } from '../../log.js';
import { createSummedLog } from '../../summed-log.js';
import { baseUrlForShow } from './request/base-url.js';

/** The facts about the called procedure in a log line. Compiled once. Contains no secret. */
export interface CallSubject {
  readonly service: string;
  /** `host:port` of base_url; its variables are masked. */
  readonly host: string;
  readonly procedure: string;
  /**
   * The path template, without its query and without values of environment variables, because these
   * may contain a key.
   */
  readonly path: string;
}

/** How one call ended. */
export interface CallEnd {
  /** The `id` in the caller's error. Only for an error of the gateway itself. */
  readonly id: string;
  /** Undefined if the call has no trace. */
  readonly traceId: string | undefined;
  readonly status: number | undefined;
  /** Undefined if the upstream responded. */
  readonly code: CallErrorCode | undefined;
  readonly attempts: number;
  readonly durationMs: number;
  /**
   * The cause, for the log. Quotes nothing from a caller or an upstream. Undefined for a successful
   * call.
   */
  readonly cause: string | undefined;
}

/** Writes one log line for each call that has ended (`log.calls`). */
export interface CallLog {
  /**
   * True if the log also contains successful calls and 4xx responses, which are errors of the
   * caller.
   */
  readonly logsResponses: boolean;
  responded(subject: CallSubject, end: CallEnd): void;
  failed(subject: CallSubject, end: CallEnd): void;
  /** Changes which calls are logged. */
  setMode(mode: LogSettings['calls']): void;
  /** Writes the lines that were held back. */
  flush(): void;
}

/**
 * The maximum number of lines for one cause within the window. One more line summarizes the rest.
 */
const MAX_PER_CAUSE = 10;
const WINDOW_MS = 10_000;

export function createCallLog(first: LogSettings['calls'], log: Logger, clock: Clock): CallLog {
  let mode = first;
  const summed = createSummedLog({ log, clock, max: MAX_PER_CAUSE, windowMs: WINDOW_MS });
  return {
    get logsResponses() {
      return mode === 'all' && (log.isLevelEnabled?.('info') ?? true);
    },
    responded: (subject, end) => log.info(record(subject, end), 'call answered'),
    failed(subject, end) {
      if (mode === 'off') return;
      const level = levelOf(end.code);
      if (mode === 'all') {
        log[level](record(subject, end), 'call failed');
        return;
      }
      const { service, host, procedure, path } = subject;
      const { code, status, cause, id, traceId, attempts, durationMs } = end;
      const own = { procedure, path, id, trace_id: traceId, attempts, duration_ms: durationMs };
      summed[level]({ service, host, code, status, cause }, 'call failed', own);
    },
    setMode(next) {
      mode = next;
    },
    flush: () => summed.flush(),
  };
}

/**
 * Mistakes and cancellations of callers are only `info`, because the operator has nothing to do
 * about them.
 */
function levelOf(code: CallErrorCode | undefined): 'info' | 'warn' | 'error' {
  if (code === 'internal') return 'error';
  return code === 'bad_request' || code === 'canceled' ? 'info' : 'warn';
}

function record({ service, host, procedure, path }: CallSubject, end: CallEnd): object {
  const { id, traceId, code, status, attempts, durationMs, cause } = end;
  const own = { procedure, path, id, trace_id: traceId, attempts, duration_ms: durationMs };
  return { service, host, code, status, cause, ...own };
}

export function subjectOf(service: ServiceConfig, procedure: ProcedureConfig): CallSubject {
  return {
    service: service.name,
    host: hostOf(baseUrlForShow(service.settings).origin),
    procedure: procedure.settings.uri,
    path: sourceForShow(procedure.settings.path).split('?', 1)[0] as string,
  };
}

/** `https://api.example.com` → `api.example.com:443`. A masked origin may have no scheme. */
function hostOf(origin: string): string {
  const [, scheme, authority = origin] = /^(https?):\/\/(.*)$/.exec(origin) ?? [];
  if (scheme === undefined || /:[\d*]+$/.test(authority)) return authority;
  return `${authority}:${scheme === 'https' ? 443 : 80}`;
}
