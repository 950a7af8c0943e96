import type { CallOutcome } from '../../observe/observer.js';
import type { TrialBody, TrialResult } from '../../status/trial.js';
import type { Reply } from '../pipeline/reply/reply.js';
import { responseOutcome } from '../pipeline/reply/response-outcome.js';

/** Maximum bytes of a body that are shown. */
const MAX_SHOWN = 1024 * 1024;

export interface TrialFacts {
  readonly durationMs: number;
  /** Of a call to which the upstream responded. */
  readonly attempts: number;
}

/** A tried call that has ended. */
export interface EndedTrial {
  readonly outcome: CallOutcome;
  /** The {@link TrialResult}. */
  readonly json: string;
}

/** A body that is JSON is copied, so that all digits of its numbers stay as they are. */
export function endedTrial(reply: Reply, facts: TrialFacts): EndedTrial {
  const { body, isCut } = bodyJson(reply);
  const head: Omit<TrialResult, 'body'> = {
    ...headOf(reply, facts),
    is_cut: isCut,
    has_more: reply.kind === 'result' && reply.extra?.['more'] === true,
  };
  return { outcome: head.outcome, json: `${JSON.stringify(head).slice(0, -1)},"body":${body}}` };
}

function headOf(
  reply: Reply,
  { durationMs, attempts }: TrialFacts,
): Omit<TrialResult, 'body' | 'is_cut' | 'has_more'> {
  const common = { duration_ms: Math.round(durationMs * 10) / 10, retry_after: null };
  if (reply.kind === 'failure') {
    const { code, uri } = reply;
    return { ...common, outcome: code, error: uri, code, ...failureFields(reply.kwargs) };
  }
  const { status } = reply;
  const error = reply.kind === 'error' ? reply.uri : null;
  const outcome = responseOutcome(reply, status);
  return { ...common, outcome, error, status, code: null, message: null, id: null, attempts };
}

/** `callErrorReply` has made them. */
function failureFields(kwargs: Readonly<Record<string, unknown>>) {
  const { status = null, message, id, attempts, retry_after = null } = kwargs;
  return { status, message, id, attempts, retry_after } as Pick<
    TrialResult,
    'status' | 'message' | 'id' | 'attempts' | 'retry_after'
  >;
}

interface ShownBody {
  /** A {@link TrialBody} as JSON. */
  readonly body: string;
  readonly isCut: boolean;
}

function bodyJson(reply: Reply): ShownBody {
  if (reply.kind === 'failure') return shown({ kind: 'empty' });
  const { body } = reply;
  switch (body.kind) {
    case 'json':
      return body.json.length > MAX_SHOWN
        ? shownText(body.json)
        : { body: `{"kind":"json","value":${bufferOf(body.json).toString()}}`, isCut: false };
    case 'text':
      return body.text === '' ? shown({ kind: 'empty' }) : shownText(Buffer.from(body.text));
    case 'utf8':
      return shownText(body.utf8);
    case 'bytes':
      return shown({ kind: 'bytes', size: body.bytes.length });
  }
}

function shownText(utf8: Uint8Array): ShownBody {
  const isCut = utf8.length > MAX_SHOWN;
  // The last character may be cut in the middle. A stream waits for the rest of it.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(utf8.subarray(0, MAX_SHOWN), {
    stream: true,
  });
  return shown({ kind: 'text', text }, isCut);
}

const shown = (body: TrialBody, isCut = false): ShownBody => ({ body: JSON.stringify(body), isCut });

const bufferOf = ({ buffer, byteOffset, length }: Uint8Array): Buffer =>
  Buffer.from(buffer, byteOffset, length);
