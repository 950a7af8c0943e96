import { describe, expect, it } from 'vitest';
import { CALL_ERRORS, type CallErrorCode } from '../../errors.js';
import { createCallControl } from '../../upstream/call-control.js';
import type { RunningCall } from './call.js';
import { callErrorReply } from './call-error.js';
import { judgeCall } from './judge-call.js';
import type { Reply } from './reply/reply.js';

const RULES = { statuses: new Set([502, 503]), deadlineMs: 30_000 };
const STARTED = 1_000;

function callWith(timeoutMs: number): RunningCall {
  return {
    args: [],
    kwargs: {},
    caller: { realm: 'com.example', session: 1, authid: undefined, authrole: undefined },
    control: createCallControl(STARTED + timeoutMs),
    startedAt: STARTED,
    pack: undefined,
    callerTrace: undefined,
    draining: false,
  };
}

function responded(status: number): Reply {
  const body = { kind: 'text', text: '' } as const;
  return status < 300
    ? { kind: 'result', status, body, headers: undefined }
    : { kind: 'error', uri: 'com.example.error', status, body, headers: undefined };
}

const failed = (code: CallErrorCode) => callErrorReply({ code, attempts: 1, id: 'x' });
const judge = (reply: Reply, timeoutMs = 30_000, tookMs = 10) =>
  judgeCall(reply, callWith(timeoutMs), STARTED + tookMs, RULES);

describe('judgeCall', () => {
  it.each([
    [200, 'success'],
    [404, 'success'],
    [500, 'success'],
    [502, 'failure'],
    [503, 'failure'],
  ])('judges the status %i as %s', (status, verdict) => {
    expect(judge(responded(status))).toBe(verdict);
  });

  it('takes four codes as failures, and the others as no verdict', () => {
    const failures = Object.keys(CALL_ERRORS).filter(
      (code) => judge(failed(code as CallErrorCode)) === 'failure',
    );
    expect(failures).toEqual(['connect', 'tls', 'bad_answer', 'timeout']);
    const successes = Object.keys(CALL_ERRORS).filter(
      (code) => judge(failed(code as CallErrorCode)) === 'success',
    );
    expect(successes).toEqual([]);
  });

  it.each([
    ['the deadline of the service', 30_000, 30_000, 'failure'],
    ['the shorter timeout of its caller', 5_000, 5_000, undefined],
    ['the shorter timeout of its caller, whose timer fires early', 5_000, 4_999.2, undefined],
    ['the timeout of the service, before the timeout of its caller', 5_000, 2_000, 'failure'],
  ])('judges a call that was ended by %s', (_, timeoutMs, tookMs, verdict) => {
    expect(judge(failed('timeout'), timeoutMs, tookMs)).toBe(verdict);
  });
});
