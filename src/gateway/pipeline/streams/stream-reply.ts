import { resultInTurns, type Turns } from '../../../turns.js';
import type { ExchangeFailure } from '../../../upstream/exchange-failure.js';
import type { Streaming } from '../../../upstream/exchange-outcome.js';
import { LARGE_BODY } from '../../../upstream/http-message.js';
import type { RunningCall } from '../call.js';
import type { CallEnds, CallFailure } from '../call-ends.js';
import type { PartOutcome, Progress } from '../progress.js';
import type { DecodedBody, RefusedBody } from '../reply/decode-body.js';
import { pickHeaders, type Reply } from '../reply/reply.js';
import type { RunningCalls } from '../running-calls.js';
import { largePartBody, partBody } from './part-body.js';
import type { PartReader, StreamPart } from './part-reader.js';
import type { Streams } from './stream-rule.js';

/** The head of a response whose body is a stream. */
export type Streamed = Streaming & { readonly attempts: number };

/** Passes a stream on to its caller. Resolves when the stream has ended. Never rejects. */
export type StreamReplier = (call: RunningCall, streamed: Streamed) => Promise<Reply>;

export interface StreamReplierParts {
  readonly streams: Streams;
  /** Names of the response headers in the final result, in lower case. */
  readonly responseHeaders: readonly string[];
  /** The maximum bytes of one part, for its error. */
  readonly maxBytes: number;
  readonly ends: CallEnds;
  readonly running: Pick<RunningCalls, 'streamBegan' | 'streamEnded'>;
  readonly turns: Turns;
}

/** How passing on ended: all parts are sent, or the reason why not. */
type Passed =
  | { readonly kind: 'all'; readonly count: number }
  | { readonly kind: 'canceled' }
  | (Omit<CallFailure, 'attempts'> & { readonly kind: 'failed' });

/**
 * Each part of the body becomes a progressive result. The final result tells how many there were.
 * One part after another is read, sent and forgotten, at the speed of the caller.
 */
export function createStreamReplier(parts: StreamReplierParts): StreamReplier {
  const { streams, responseHeaders, maxBytes, ends, running, turns } = parts;

  function bodyOf(call: RunningCall, part: StreamPart): DecodedBody | Promise<DecodedBody | undefined> {
    if (part.data.length < LARGE_BODY) return partBody(part, streams.asText);
    const isWanted = () => call.control.canceledBy === undefined;
    return resultInTurns(turns, largePartBody(part, streams.asText, call.pack), isWanted);
  }

  async function passOn(
    call: RunningCall,
    { status, headers, body }: Streaming,
    progress: Progress,
  ): Promise<Passed> {
    const reader = streams.createReader(headers);
    let count = 0;

    /** Sends the parts that have arrived. Returns the reason to stop, if there is one. */
    async function sendParts(take: PartReader['next']): Promise<Passed | undefined> {
      for (let part = take(); part !== undefined; part = take()) {
        if (part === 'too_large') return tooLarge(maxBytes);
        const decoding = bodyOf(call, part);
        const decoded = decoding instanceof Promise ? await decoding : decoding;
        if (decoded === undefined) return CANCELED;
        if (decoded.kind === 'refused') return refused(decoded);
        const sending = progress.send({ status, body: decoded });
        const sent = sending instanceof Promise ? await sending : sending;
        if (sent !== 'sent') return unsent(sent);
        count++;
      }
      return undefined;
    }

    for (;;) {
      const piece = body.take();
      if (piece !== undefined) {
        reader.add(piece);
        const stopped = await sendParts(reader.next);
        if (stopped !== undefined) return stopped;
        continue;
      }
      switch (body.end?.kind) {
        case undefined:
          await body.ready();
          break;
        case 'complete':
          return (await sendParts(reader.last)) ?? { kind: 'all', count };
        case 'canceled':
          return CANCELED;
        case 'failure':
          return failedStream(body.end);
      }
    }
  }

  return async (call, streamed) => {
    const { control, progress } = call;
    const { status, headers, body, attempts } = streamed;
    if (progress === undefined) throw new Error('a stream needs a caller that takes parts');
    control.waitsFor = {
      cancel() {
        body.cancel();
        progress.close();
      },
    };
    running.streamBegan();
    progress.stayOpen();
    try {
      const passed = await passOn(call, streamed, progress);
      if (passed.kind !== 'all') body.cancel();
      switch (passed.kind) {
        case 'all': {
          const picked = responseHeaders.length === 0 ? undefined : pickHeaders(headers, responseHeaders);
          const empty = { kind: 'text', text: '' } as const;
          const extra = { count: passed.count };
          return ends.reply(
            call,
            { kind: 'result', status, body: empty, headers: picked, extra },
            status,
            attempts,
          );
        }
        case 'canceled':
          return ends.failCanceled(call, attempts);
        case 'failed':
          return ends.fail(call, { ...passed, attempts });
      }
    } finally {
      control.waitsFor = undefined;
      running.streamEnded();
    }
  };
}

const CANCELED: Passed = { kind: 'canceled' };

function failedStream({ code, detail }: ExchangeFailure): Passed {
  const message = code === 'timeout' ? 'The upstream has sent nothing for too long' : undefined;
  return { kind: 'failed', code, cause: detail, message };
}

function refused({ reason, message }: RefusedBody): Passed {
  return { kind: 'failed', code: 'bad_answer', cause: reason, message };
}

function tooLarge(maxBytes: number): Passed {
  return {
    kind: 'failed',
    code: 'bad_answer',
    cause: `one event of the stream is larger than pool.max_response_size (${maxBytes} bytes)`,
    message: 'An event of the stream is larger than pool.max_response_size',
  };
}

function unsent(outcome: Exclude<PartOutcome, 'sent'>): Passed {
  switch (outcome) {
    case 'closed':
      return CANCELED;
    case 'too_large':
      return {
        kind: 'failed',
        code: 'too_large',
        cause: 'one event of the stream is larger than the router accepts',
      };
    case 'unencodable':
      return {
        kind: 'failed',
        code: 'bad_answer',
        cause: 'one event of the stream cannot be written in the format of the router',
      };
  }
}
