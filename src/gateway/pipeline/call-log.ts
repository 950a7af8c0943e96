import type { Clock } from '../../clock.js';
import type { LogSettings, ProcedureConfig, ServiceConfig } from '../../config/model.js';
import { sourceForShow } from '../../config/types/template.js';
import type { CallErrorCode } from '../../errors.js';
import type { Logger } from '../../log.js';
import { createSummedLog } from '../../summed-log.js';
import { baseUrlForShow } from './base-url.js';

/** What a line of the log says of the procedure that was called. Compiled once; holds no secret. */
export interface CallSubject {
  readonly service: string;
  /** `host:port` of base_url; its variables are masked. */
  readonly host: string;
  readonly procedure: string;
  /** The template, without its query and what the environment brought: a key may stand there. */
  readonly path: string;
}

/** How one call ended. */
export interface CallEnd {
  /** The `id` in the error, for an error of the gateway itself. */
  readonly id: string;
  readonly status: number | undefined;
  /** Undefined if the upstream responded. */
  readonly code: CallErrorCode | undefined;
  readonly attempts: number;
  readonly durationMs: number;
  /** Quotes nothing from a caller or an upstream. Undefined for a call that succeeded. */
  readonly cause: string | undefined;
}

/** One line for a call that has ended (`log.calls`). */
export interface CallLog {
  /** True if calls are logged that succeed, or that get a 4xx response: an error of the caller. */
  readonly logsResponses: boolean;
  responded(subject: CallSubject, end: CallEnd): void;
  failed(subject: CallSubject, end: CallEnd): void;
  /** Writes the lines that were held back so far. */
  flush(): void;
}

/** If a cause occurs more often than this within the window, one line sums up the rest. */
const MAX_PER_CAUSE = 10;
const WINDOW_MS = 10_000;

export function createCallLog(mode: LogSettings['calls'], log: Logger, clock: Clock): CallLog {
  if (mode === 'off') return SILENT;
  const all = mode === 'all';
  const summed = createSummedLog({ log, clock, max: MAX_PER_CAUSE, windowMs: WINDOW_MS });
  return {
    // Asked once: making the record costs each call.
    logsResponses: all && (log.isLevelEnabled?.('info') ?? true),
    responded: (subject, end) => log.info(record(subject, end), 'call answered'),
    failed(subject, end) {
      const level = levelOf(end.code);
      if (all) {
        log[level](record(subject, end), 'call failed');
        return;
      }
      const { service, host, procedure, path } = subject;
      const { code, status, cause, id, attempts, durationMs } = end;
      const own = { procedure, path, id, attempts, duration_ms: durationMs };
      summed[level]({ service, host, code, status, cause }, 'call failed', own);
    },
    flush: () => summed.flush(),
  };
}

const SILENT: CallLog = { logsResponses: false, responded() {}, failed() {}, flush() {} };

/** A caller's own mistake or change of mind is no trouble of the operator's. */
function levelOf(code: CallErrorCode | undefined): 'info' | 'warn' | 'error' {
  if (code === 'internal') return 'error';
  return code === 'bad_request' || code === 'canceled' ? 'info' : 'warn';
}

function record({ service, host, procedure, path }: CallSubject, end: CallEnd): object {
  const { id, code, status, attempts, durationMs, cause } = end;
  return { service, host, code, status, cause, procedure, path, id, attempts, duration_ms: durationMs };
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
