import type { Clock } from '../clock.js';
import { type Waiting, WaitQueue } from '../collections/wait-queue.js';
import { type CallControl, cancelCall, createCallControl, freePlace } from '../upstream/call-control.js';
import { callerKey } from '../upstream/caller.js';

/** How the wait of a call for a shared request ended. */
export type Shared<T> =
  /** @param isFirst true for one of the calls: the one that waited longest */
  | { readonly kind: 'ended'; readonly value: T; readonly isFirst: boolean }
  | { readonly kind: 'canceled' }
  /** The deadline of this call passed. */
  | { readonly kind: 'timeout' };

/** One request for all equal calls that arrive while it runs. */
export interface SharedRequest<T> {
  /** Waits for the end of the request. */
  join(control: CallControl, now: number): Promise<Shared<T>>;
  /** Whether the request is not sent yet, because the caller that caused it has used its quota. */
  waitsForQuotaOfOther(control: CallControl): boolean;
}

interface Member<T> {
  readonly control: CallControl;
  settle(outcome: Shared<T>): void;
  fail(error: unknown): void;
}

export interface SharedRequestOptions {
  readonly clock: Clock;
  /** When the request itself ends, in monotonic milliseconds. */
  readonly deadlineAt: number;
  /** The call that causes the request. It counts as its caller. */
  readonly first: CallControl;
  /** Called when the request has ended, or when nobody waits for it any more. */
  readonly onOver: () => void;
}

/**
 * Sends a request for several calls. A call that is cancelled, or whose deadline passes, leaves the
 * others waiting. The last one that leaves cancels the request.
 */
export function shareRequest<T>(
  send: (control: CallControl) => Promise<T>,
  { clock, deadlineAt, first, onOver }: SharedRequestOptions,
): SharedRequest<T> {
  const own = createCallControl(deadlineAt, first.holds, first.caller);
  own.trace = first.trace;
  const members = new WaitQueue<Member<T>>();
  let isOver = false;
  send(own).then(end, (error: unknown) => {
    over();
    for (let member = members.first; member !== undefined; member = members.first) member.fail(error);
  });

  function end(value: T): void {
    over();
    let isFirst = true;
    for (let member = members.first; member !== undefined; member = members.first) {
      // The place in the pool goes to one of the calls, until it has read the response.
      if (isFirst) [member.control.place, own.place] = [own.place, undefined];
      member.settle({ kind: 'ended', value, isFirst });
      isFirst = false;
    }
    freePlace(own);
  }

  function over(): void {
    if (isOver) return;
    isOver = true;
    onOver();
  }

  return {
    waitsForQuotaOfOther: ({ caller }) =>
      own.waitsFor?.isQuotaOfCaller === true && callerKey(caller) !== callerKey(own.caller),

    join(control, now) {
      if (control.canceledBy !== undefined) {
        if (members.size === 0) abandon(control);
        return Promise.resolve<Shared<T>>({ kind: 'canceled' });
      }
      return new Promise((resolve, reject) => {
        let stopTimer: (() => void) | undefined;
        const leaveQueue = () => {
          members.leave(place);
          stopTimer?.();
          control.waitsFor = undefined;
        };
        const member: Member<T> = {
          control,
          settle(outcome) {
            leaveQueue();
            resolve(outcome);
          },
          fail(error) {
            leaveQueue();
            reject(error);
          },
        };
        const leave = (kind: 'canceled' | 'timeout') => {
          member.settle({ kind });
          if (members.size === 0) abandon(control);
        };
        const place: Waiting<Member<T>> = members.join(member);
        control.waitsFor = { cancel: () => leave('canceled') };
        // A call with a later deadline ends with the request.
        if (control.deadlineAt < deadlineAt) {
          stopTimer = clock.after(Math.max(0, control.deadlineAt - now), () => leave('timeout'));
        }
      });
    },
  };

  function abandon(last: CallControl): void {
    over();
    cancelCall(own, last.canceledBy);
  }
}
