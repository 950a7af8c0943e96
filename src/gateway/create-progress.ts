import type { Turns } from '../turns.js';
import { type CallControl, cancelCall } from '../upstream/call-control.js';
import type { Invocation, InvocationOutcome } from '../wamp/client/invocations.js';
import { callPortOf } from '../wamp/outlet.js';
import type { Payload } from '../wamp/payload.js';
import type { SendOutcome } from '../wamp/peer.js';
import type { PartOutcome, Progress } from './pipeline/progress.js';
import type { ReplyBody } from './pipeline/reply/decode-body.js';
import type { Reply } from './pipeline/reply/reply.js';

/** The sender of progressive results, and what only the callee asks it. */
export interface CalleeProgress extends Progress {
  /** Whether the call has no timeout any more. */
  readonly isOpenEnded: boolean;
}

export interface ProgressParts {
  readonly control: CallControl;
  /** Writes a part for the caller. */
  readonly write: (reply: Reply) => InvocationOutcome;
  readonly turns: Turns;
}

/** Approximate bytes of a progressive RESULT beside its body. */
const MESSAGE_BYTES = 256;
/** The parts that a call sends before it lets others proceed, even if there is time left. */
const MAX_BURST = 16;

/**
 * Creates the sender of progressive results for one invocation. Returns undefined if the caller does
 * not want them.
 *
 * With the router in this process, the connection of the caller says how fast it reads. Otherwise
 * the connection to the router does.
 */
export function createProgress(
  invocation: Invocation,
  { control, write, turns }: ProgressParts,
): CalleeProgress | undefined {
  const { progress } = invocation;
  if (progress === undefined) return undefined;
  const port = callPortOf(invocation.details);
  const outlet = port === undefined ? invocation.outlet : port.outlet;
  let burst = 0;
  let isClosed = false;
  let isOpenEnded = false;
  let giveUp: (() => void) | undefined;

  function sendNow(send: (part: Payload) => SendOutcome, reply: Reply): PartOutcome {
    giveUp = undefined;
    return isClosed ? 'closed' : send(write(reply).payload);
  }

  return {
    send({ status, body }) {
      const reply: Reply = { kind: 'result', status, body, headers: undefined };
      const bytes = bytesOf(body) + MESSAGE_BYTES;
      const inRoom = (): PartOutcome | Promise<PartOutcome> => {
        if (isClosed || outlet === undefined || outlet.hasRoom(bytes)) return sendNow(progress, reply);
        return new Promise((resolve) => {
          const stopWaiting = outlet.whenRoom(bytes, () => resolve(sendNow(progress, reply)));
          giveUp = () => {
            stopWaiting();
            resolve('closed');
          };
        });
      };
      if (++burst < MAX_BURST && turns.hasTime()) return inRoom();
      burst = 0;
      return new Promise((resolve) => {
        turns.add(() => {
          resolve(inRoom());
          return true;
        });
      });
    },
    close() {
      isClosed = true;
      giveUp?.();
      giveUp = undefined;
    },
    stayOpen() {
      isOpenEnded = true;
      port?.stayOpen(() => cancelCall(control));
    },
    get isOpenEnded() {
      return isOpenEnded;
    },
  };
}

function bytesOf(body: ReplyBody): number {
  switch (body.kind) {
    case 'json':
      return body.json.length;
    case 'text':
      return body.text.length;
    case 'utf8':
      return body.utf8.length;
    case 'bytes':
      // In JSON, bytes are base64.
      return Math.ceil((body.bytes.length * 4) / 3);
  }
}
