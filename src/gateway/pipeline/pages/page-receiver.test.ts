import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../../../test/support/fake-clock.js';
import { createTurns } from '../../../turns.js';
import { cancelCall, createCallControl } from '../../../upstream/call-control.js';
import type { RunningCall } from '../call.js';
import type { PartOutcome, Progress, ReplyPart } from '../progress.js';
import { createItemReceiver } from './page-receiver.js';

function open(send: (part: ReplyPart) => PartOutcome | Promise<PartOutcome>) {
  const control = createCallControl(Number.POSITIVE_INFINITY);
  const sent: string[] = [];
  const progress: Progress & { isClosed: boolean } = {
    isClosed: false,
    send(part) {
      if (part.body.kind === 'json') sent.push(Buffer.from(part.body.json).toString());
      return send(part);
    },
    close() {
      progress.isClosed = true;
    },
    stayOpen() {},
  };
  const call = { control, pack: undefined } as unknown as RunningCall;
  const receiver = createItemReceiver(call, progress, createTurns(createFakeClock()));
  return { control, sent, progress, receiver, add: (list: string) => receiver.add(Buffer.from(list), 200) };
}

describe('the items of pages', () => {
  it('are sent one by one, and counted', async () => {
    const { add, sent, receiver } = open(() => 'sent');
    expect([await add('[1, {"a":[2]}]'), await add('[ ]'), await add('["x,]"]')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(sent).toEqual(['1', '{"a":[2]}', '"x,]"']);
    expect(await receiver.end()).toEqual({ kind: 'end', body: { kind: 'text', text: '' }, count: 3 });
  });

  it('wait for a caller that reads slowly', async () => {
    let read: (outcome: PartOutcome) => void = () => {};
    const { add, sent, control } = open(
      () =>
        new Promise((resolve) => {
          read = resolve;
        }),
    );
    const adding = add('[1,2]');
    expect(sent).toEqual(['1']);
    read('sent');
    await Promise.resolve();
    await Promise.resolve();
    expect(sent).toEqual(['1', '2']);
    read('sent');
    expect(await adding).toBeUndefined();
    expect(control.waitsFor).toBeUndefined();
  });

  it('end when the call is cancelled while one waits', async () => {
    let giveUp: (outcome: PartOutcome) => void = () => {};
    const { add, sent, control, progress } = open(
      () =>
        new Promise((resolve) => {
          giveUp = resolve;
        }),
    );
    const adding = add('[1,2]');
    cancelCall(control);
    expect(progress.isClosed).toBe(true);
    giveUp('closed');
    expect(await adding).toEqual({ kind: 'canceled' });
    expect(sent).toEqual(['1']);
  });

  it.each([
    ['closed', { kind: 'canceled' }],
    ['too_large', { kind: 'failed', code: 'too_large' }],
    ['unencodable', { kind: 'failed', code: 'bad_answer' }],
  ] as const)('end after one that is %s', async (outcome, stopped) => {
    const { add, sent } = open(() => outcome);
    expect(await add('[1,2]')).toMatchObject(stopped);
    expect(sent).toEqual(['1']);
  });
});
