import type { ProcedureSettings } from '../../../config/model.js';
import type { ResponseHeaders } from '../../../upstream/response-headers.js';
import { responseHeader } from '../../../upstream/response-headers.js';
import type { StreamRule } from '../../../upstream/stream-rule.js';
import { createEventReader } from './event-stream.js';
import { createLineReader } from './json-lines.js';
import type { PartReader } from './part-reader.js';

/** How the responses of a procedure are streamed. */
export interface Streams {
  readonly rule: StreamRule;
  /** The reader for a response that the rule accepts. */
  createReader(headers: ResponseHeaders): PartReader;
  /** True if data are always text. */
  readonly asText: boolean;
}

type StreamSettings = Pick<
  ProcedureSettings,
  'method' | 'response.stream' | 'response.stream_idle' | 'response.decode'
>;

/**
 * Compiles `response.stream`. Returns undefined if no response of the procedure is a stream.
 *
 * @param isSuccess whether a status is a result (`success`). Errors are never streams
 * @param maxBytes the maximum bytes of one part
 */
export function compileStreams(
  settings: StreamSettings,
  isSuccess: (status: number) => boolean,
  maxBytes: number,
): Streams | undefined {
  const { method, 'response.stream': form, 'response.decode': decode } = settings;
  if (form === 'off' || method === 'head' || decode === 'bytes') return undefined;
  const formOf = form === 'auto' ? formByType : () => form;
  return {
    rule: {
      accepts: (status, headers) => isSuccess(status) && formOf(headers) !== undefined,
      idleMs: settings['response.stream_idle'],
    },
    createReader: (headers) =>
      formOf(headers) === 'sse' ? createEventReader(maxBytes) : createLineReader(maxBytes),
    asText: decode === 'text',
  };
}

/** The types in use for newline-delimited JSON. None is registered. */
const LINES: ReadonlySet<string> = new Set([
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonl',
  'application/jsonlines',
  'application/x-jsonlines',
  'application/stream+json',
]);

function formByType(headers: ResponseHeaders): 'sse' | 'ndjson' | undefined {
  return streamFormOf(responseHeader(headers, 'content-type')?.toString('latin1') ?? '');
}

/** @param field a media type, or the content of a Content-Type field */
export function streamFormOf(field: string): 'sse' | 'ndjson' | undefined {
  const type = (/^\s*([^;,\s]*)/.exec(field)?.[1] ?? '').toLowerCase();
  if (type === 'text/event-stream') return 'sse';
  return LINES.has(type) ? 'ndjson' : undefined;
}
