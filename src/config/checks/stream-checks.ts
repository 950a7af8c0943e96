import type { ProcedureDraft } from '../drafts.js';

/** Checks that the keys of streams have an effect. */
export function checkStream(procedure: ProcedureDraft): void {
  const { method, 'response.stream': form, 'response.decode': decode } = procedure.settings;
  if (form === undefined) return;
  const isSet = procedure.entry('response.stream') !== undefined && form !== 'off';
  const isForced = form === 'sse' || form === 'ndjson';
  const hasIdle = procedure.entry('response.stream_idle') !== undefined;
  if (method === 'head') {
    const message = 'has no effect: the response to a HEAD request has no body';
    if (isSet) procedure.report('response.stream', message);
    if (hasIdle) procedure.report('response.stream_idle', message);
  } else if (form === 'off') {
    if (hasIdle) procedure.report('response.stream_idle', 'has no effect: response.stream is off');
  } else if (decode === 'bytes') {
    const message = 'contradicts response.decode = bytes, with which a response is never a stream';
    if (isForced) procedure.report('response.stream', message);
    if (hasIdle) procedure.report('response.stream_idle', message);
  }
  if (!isForced || !isSet) return;
  for (const key of WHOLE_KEYS) {
    if (procedure.entry(key) === undefined) continue;
    procedure.report(
      key,
      `has no effect: with response.stream = ${form} a response is passed on part by part`,
    );
  }
}

/** Keys that look into a whole response. */
const WHOLE_KEYS = ['response.path', 'error_path', 'pages.next'] as const;
