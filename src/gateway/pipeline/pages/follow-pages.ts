import type { Clock } from '../../../clock.js';
import { resultInTurns, type Turns } from '../../../turns.js';
import { freePlace } from '../../../upstream/call-control.js';
import { type HttpRequest, type HttpResponse, LARGE_BODY } from '../../../upstream/http-message.js';
import type { RunningCall } from '../call.js';
import type { CallEnds, CallFailure } from '../call-ends.js';
import { pickHeaders, type Reply, type ReplyRule } from '../reply/reply.js';
import type { Arrived, Replier } from '../reply/reply-to-response.js';
import type { BuiltRequest } from '../request/built-request.js';
import type { CredentialSender, Sent } from '../send-with-credential.js';
import { createItemReceiver, createListReceiver, type NotReceived } from './page-receiver.js';
import { type Pages, pageRequest } from './page-rule.js';
import { type Page, readPage } from './read-page.js';

/** Replies to a call with the pages of a list. `arrived` is the first one. Never rejects. */
export type PageFollower = (call: RunningCall, arrived: Arrived, built: BuiltRequest) => Promise<Reply>;

export interface PageFollowerParts {
  readonly pages: Pages;
  readonly rule: ReplyRule;
  readonly send: CredentialSender;
  /** Replies to a response that is no page, such as an error. */
  readonly reply: Replier;
  readonly ends: CallEnds;
  /** Called for each further response. */
  readonly onResponse: (response: HttpResponse) => void;
  /** Called if a page names a next one that the gateway does not get. */
  readonly onOutside: (reason: string) => void;
  readonly turns: Turns;
  readonly clock: Pick<Clock, 'monotonic'>;
}

/** A timer may fire this many milliseconds too early. */
const TIMER_EARLY_MS = 1;

/** Gets one page after another until the last one, or until a limit. */
export function createPageFollower(parts: PageFollowerParts): PageFollower {
  const { pages, rule, send, reply, ends, onResponse, onOutside, turns, clock } = parts;

  function read(call: RunningCall, response: HttpResponse): Page | Promise<Page | undefined> {
    const work = readPage(response, pages.rule, rule.answer.selectorFor(response.status));
    if (response.body.length < LARGE_BODY) return finish(work);
    // Until now, the call has kept its place in the pool for this page.
    const isWanted = () => call.control.canceledBy === undefined;
    return resultInTurns(turns, work, isWanted).finally(() => freePlace(call.control));
  }

  const isOver = ({ control }: RunningCall): boolean =>
    clock.monotonic() >= control.deadlineAt - TIMER_EARLY_MS;

  /** Whether a page is missing only because the time of the call is over. */
  function isLate(call: RunningCall, sent: Sent): boolean {
    if (!isOver(call)) return false;
    if (sent.kind === 'unsent') return sent.reason.code === 'timeout';
    return sent.kind === 'sent' && sent.outcome.kind === 'failure' && sent.outcome.code === 'timeout';
  }

  return async (call, first, built) => {
    const { control, progress } = call;
    const receiver =
      progress === undefined ? createListReceiver(call, turns) : createItemReceiver(call, progress, turns);
    const known = new Set([built.request.path]);
    let { attempts } = first;
    let arrived = first;
    let path = built.request.path;
    let bytes = 0;

    const notReceived = (failed: NotReceived): Reply =>
      failed.kind === 'canceled'
        ? ends.failCanceled(call, attempts)
        : ends.fail(call, { ...failed, attempts });

    async function finishWith(hasMore: boolean): Promise<Reply> {
      const ended = await receiver.end();
      if (ended.kind !== 'end') return notReceived(ended);
      const { status, headers } = first.response;
      const { responseHeaders } = rule;
      const picked = responseHeaders.length === 0 ? undefined : pickHeaders(headers, responseHeaders);
      const extra = {
        ...(ended.count !== undefined && { count: ended.count }),
        ...(hasMore && { more: true }),
      };
      const result: Reply = { kind: 'result', status, body: ended.body, headers: picked, extra };
      return ends.reply(call, result, status, attempts);
    }

    for (;;) {
      const { response } = arrived;
      const { status } = response;
      if (!rule.answer.isSuccess(status) || status === 304) return reply(call, { ...arrived, attempts });
      bytes += response.body.length;
      if (arrived !== first && bytes > pages.maxBytes) {
        freePlace(control);
        return finishWith(true);
      }
      const reading = read(call, response);
      const page = reading instanceof Promise ? await reading : reading;
      if (page === undefined) return ends.failCanceled(call, attempts);
      if (page.kind === 'api_error') return reply(call, { ...arrived, attempts });
      if (page.kind === 'refused') {
        const { reason: cause, message } = page;
        return ends.fail(call, { code: 'bad_answer', attempts, cause, message });
      }
      const stopped = await receiver.add(page.list, status);
      if (stopped !== undefined) return notReceived(stopped);
      if (page.next === undefined) return finishWith(false);
      const target = pages.target(page.next, built.request, path);
      if (target.kind === 'outside') {
        onOutside(target.reason);
        return finishWith(true);
      }
      // A page that names itself, or an earlier one, is the last one.
      if (known.has(target.path)) return finishWith(false);
      if (known.size === pages.limit || isOver(call)) return finishWith(true);
      ({ path } = target);
      known.add(path);
      const request: HttpRequest = pageRequest(built.request, path);
      const sent = await send({ ...built, request }, control);
      attempts += attemptsOf(sent);
      if (isLate(call, sent)) return finishWith(true);
      switch (sent.kind) {
        case 'moved':
          return ends.fail(call, { ...MOVED, attempts });
        case 'unsent':
          return ends.failWithoutCredential(call, sent.reason, attempts);
        case 'sent':
      }
      const { outcome } = sent;
      if (outcome.kind === 'canceled') return ends.failCanceled(call, attempts);
      if (outcome.kind === 'failure') {
        const { code, detail: cause, retryAfterMs } = outcome;
        return ends.fail(call, { code, attempts, cause, retryAfterMs });
      }
      if (outcome.kind === 'stream') throw new Error('a page is read as a whole');
      onResponse(outcome.response);
      arrived = { request: sent.request, response: outcome.response, attempts };
    }
  };
}

const MOVED: Omit<CallFailure, 'attempts'> = {
  code: 'auth',
  cause: 'base_url changed between two pages of the call',
};

function attemptsOf(sent: Sent): number {
  switch (sent.kind) {
    case 'moved':
      return 0;
    case 'unsent':
      return sent.attempts;
    case 'sent':
      return sent.outcome.attempts;
  }
}

/** Runs all steps of work at once. */
function finish<T>(work: Generator<void, T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
