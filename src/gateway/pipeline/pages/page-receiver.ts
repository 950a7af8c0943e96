import { itemsOf } from '../../../json-text/value-at-path.js';
import { lastInTurn, resultInTurns, type Turns } from '../../../turns.js';
import { LARGE_BODY } from '../../../upstream/http-message.js';
import type { RunningCall } from '../call.js';
import type { CallFailure } from '../call-ends.js';
import type { PartOutcome, Progress } from '../progress.js';
import type { DecodedBody, RefusedBody, ReplyBody } from '../reply/decode-body.js';
import { packedBody } from '../reply/decode-large.js';
import { joinLists } from './join-lists.js';

/** Why the items of a call do not reach its caller. */
export type NotReceived =
  | { readonly kind: 'canceled' }
  | (Omit<CallFailure, 'attempts'> & { readonly kind: 'failed' });

/** What the caller gets at the end. */
export interface PagesEnd {
  readonly kind: 'end';
  readonly body: ReplyBody;
  /** Undefined for a caller that gets the whole list. */
  readonly count: number | undefined;
}

/** Takes the lists of the pages of one call for its caller. */
export interface PageReceiver {
  /** @returns undefined if the items have been taken. */
  add(list: Buffer, status: number): Promise<NotReceived | undefined>;
  end(): Promise<PagesEnd | NotReceived>;
}

/** A body of this many bytes takes about a millisecond to copy. */
const HUGE_BODY = 1024 * 1024;

/** For a caller that gets the whole list in its result. */
export function createListReceiver(call: RunningCall, turns: Turns): PageReceiver {
  const lists: Buffer[] = [];
  return {
    async add(list) {
      lists.push(list);
      return undefined;
    },
    async end() {
      const json = joinLists(lists);
      const body = await packed(json, call, turns);
      if (body !== undefined && json.length >= HUGE_BODY) await lastInTurn(turns);
      if (body === undefined || call.control.canceledBy !== undefined) return CANCELED;
      return body.kind === 'refused' ? refused(body) : { kind: 'end', body, count: undefined };
    },
  };
}

/** For a caller that asks for progressive results. Each item is one. */
export function createItemReceiver(call: RunningCall, progress: Progress, turns: Turns): PageReceiver {
  const { control } = call;
  let count = 0;

  async function send(item: Buffer, status: number): Promise<NotReceived | undefined> {
    const packing =
      item.length < LARGE_BODY ? ({ kind: 'json', json: item } as const) : packed(item, call, turns);
    const body = packing instanceof Promise ? await packing : packing;
    if (body === undefined) return CANCELED;
    if (body.kind === 'refused') return refused(body);
    control.waitsFor = { cancel: progress.close };
    const sending = progress.send({ status, body });
    const outcome = sending instanceof Promise ? await sending : sending;
    control.waitsFor = undefined;
    if (control.canceledBy !== undefined) return CANCELED;
    if (outcome !== 'sent') return UNSENT[outcome];
    count++;
    return undefined;
  }

  return {
    async add(list, status) {
      for (const item of itemsOf(list)) {
        if (item !== undefined) {
          const stopped = await send(item, status);
          if (stopped !== undefined) return stopped;
        } else if (!turns.hasTime()) {
          await lastInTurn(turns);
          if (control.canceledBy !== undefined) return CANCELED;
        }
      }
      return undefined;
    },
    async end() {
      return { kind: 'end', body: { kind: 'text', text: '' }, count };
    },
  };
}

/** Packs long JSON in the format of the caller. Undefined if the call is cancelled meanwhile. */
async function packed(json: Buffer, call: RunningCall, turns: Turns): Promise<DecodedBody | undefined> {
  if (json.length < LARGE_BODY || call.pack === undefined) return { kind: 'json', json };
  return resultInTurns(turns, packedBody(json, call.pack), () => call.control.canceledBy === undefined);
}

const CANCELED: NotReceived = { kind: 'canceled' };

const refused = ({ reason, message }: RefusedBody): NotReceived => ({
  kind: 'failed',
  code: 'bad_answer',
  cause: reason,
  message,
});

const UNSENT: Readonly<Record<Exclude<PartOutcome, 'sent'>, NotReceived>> = {
  closed: CANCELED,
  too_large: { kind: 'failed', code: 'too_large', cause: 'one item is larger than the router accepts' },
  unencodable: {
    kind: 'failed',
    code: 'bad_answer',
    cause: 'one item cannot be written in the format of the router',
  },
};
