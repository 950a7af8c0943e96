import type { Clock } from '../clock.js';
import type { CallWatch, WatchedCall } from '../observe/call-watch.js';
import type { LiveCall, LiveCalls } from './live-calls.js';

/** Milliseconds between two batches. */
const BATCH_MS = 250;
/** More calls are only counted. Nobody can read more. */
const MAX_PER_SECOND = 200;
/** An existing router may report an authid of any length. */
const MAX_AUTHID = 200;

/** Tells the calls that end to those who look at them, in batches. */
export interface LiveCallFeed {
  /** For the pipelines. */
  readonly watch: CallWatch;
  /**
   * Calls `receive` with each batch from now on. All receivers get the same object.
   *
   * @returns ends it
   */
  follow(receive: (batch: LiveCalls) => void): () => void;
}

export function createLiveCallFeed(clock: Clock): LiveCallFeed {
  const receivers = new Set<(batch: LiveCalls) => void>();
  let calls: LiveCall[] = [];
  let dropped = 0;
  /** How many calls the next batch may still have. Quiet times save some for a burst. */
  let allowed = MAX_PER_SECOND;
  let stopTimer = (): void => {};

  const watch = {
    isOn: false,
    callEnded(call: WatchedCall): void {
      if (calls.length >= allowed) dropped++;
      else calls.push(liveCall(call, clock.wall()));
    },
  };

  function sendBatch(): void {
    stopTimer = clock.after(BATCH_MS, sendBatch);
    const batch = { calls, dropped };
    allowed = Math.min(MAX_PER_SECOND, allowed - calls.length + (MAX_PER_SECOND * BATCH_MS) / 1_000);
    if (calls.length === 0 && dropped === 0) return;
    [calls, dropped] = [[], 0];
    for (const receive of receivers) receive(batch);
  }

  return {
    watch,
    follow(receive) {
      receivers.add(receive);
      if (!watch.isOn) {
        watch.isOn = true;
        stopTimer = clock.after(BATCH_MS, sendBatch);
      }
      return () => {
        receivers.delete(receive);
        if (receivers.size > 0) return;
        watch.isOn = false;
        stopTimer();
        [calls, dropped, allowed] = [[], 0, MAX_PER_SECOND];
      };
    },
  };
}

function liveCall(call: WatchedCall, now: number): LiveCall {
  const { service, procedure, realm } = call.observed;
  return {
    at: new Date(now).toISOString(),
    realm,
    procedure,
    service,
    authid: call.authid?.slice(0, MAX_AUTHID) ?? null,
    outcome: call.outcome,
    status: call.status ?? null,
    duration_ms: Math.round(call.durationMs * 10) / 10,
    attempts: call.attempts,
    id: call.id ?? null,
    trace_id: call.traceId ?? null,
  };
}
