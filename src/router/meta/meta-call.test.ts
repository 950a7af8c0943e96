import { describe, expect, it } from 'vitest';
import { jsonText } from '../../json-text/json-text.js';
import { MESSAGE, type Message } from '../../wamp/messages.js';
import type { Session } from '../model.js';
import { createMetaCalls } from './meta-call.js';

describe('JSON arguments of a procedure of the router', () => {
  function callWith(text: string, max: number) {
    const sent: Message[] = [];
    const seen: unknown[] = [];
    const session = { peer: { send: (message: Message) => void sent.push(message) } } as unknown as Session;
    const procedures = new Map([['wamp.test', ({ args }: { args: readonly unknown[] }) => seen.push(args)]]);
    const payload = { args: jsonText('', Buffer.from(text)) };
    createMetaCalls(procedures, () => max)(session, {
      type: MESSAGE.CALL,
      request: 7,
      options: {},
      procedure: 'wamp.test',
      payload,
    });
    return { seen, sent };
  }

  it('are parsed if they are as long as the limit', () => {
    expect(callWith('["a"]', 5).seen).toEqual([['a']]);
  });

  it('are refused without parsing if they are longer', () => {
    const { seen, sent } = callWith('["é"]', 5);
    expect(seen).toEqual([]);
    expect(sent).toMatchObject([
      { type: MESSAGE.ERROR, request: 7, uri: 'wamp.error.payload_size_exceeded' },
    ]);
  });
});
