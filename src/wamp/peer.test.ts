import { describe, expect, it } from 'vitest';
import { MESSAGE, type Message } from './messages.js';
import { localPeers, type Peer } from './peer.js';

const goodbye = (reason: string): Message => ({ type: MESSAGE.GOODBYE, details: {}, reason });

function record(peer: Peer, onMessage: (reason: string) => void = () => {}): string[] {
  const heard: string[] = [];
  peer.listen({
    onMessage(message) {
      const { reason } = message as { reason: string };
      heard.push(reason);
      onMessage(reason);
    },
    onViolation() {},
    onClose: () => void heard.push('closed'),
  });
  return heard;
}

describe('local peers', () => {
  it('pass messages on by reference, in both directions, before send returns', () => {
    const [left, right] = localPeers();
    const messages: Message[] = [];
    left.listen({ onMessage: (message) => void messages.push(message), onViolation() {}, onClose() {} });
    const heard = record(right);
    const message = goodbye('a');
    expect(right.send(message)).toBe('sent');
    expect(messages[0]).toBe(message);
    expect(left.send(goodbye('b'))).toBe('sent');
    expect(heard[0]).toBe('b');
  });

  it('keep messages until somebody listens, in order with those that are sent meanwhile', () => {
    const [left, right] = localPeers();
    for (const reason of ['a', 'b']) left.send(goodbye(reason));
    const heard = record(right, (reason) => {
      if (reason === 'a') left.send(goodbye('c'));
    });
    left.send(goodbye('d'));
    expect(heard).toEqual(['a', 'b', 'c', 'd']);
  });

  it('close both ends once, and accept nothing afterwards', () => {
    const [left, right] = localPeers();
    const [heardLeft, heardRight] = [record(left), record(right)];
    left.close('normal');
    right.close('normal');
    expect([left.send(goodbye('x')), right.send(goodbye('x'))]).toEqual(['closed', 'closed']);
    expect([heardLeft, heardRight]).toEqual([['closed'], ['closed']]);
  });

  it('deliver to a late listener the messages that arrived, and then the end', () => {
    const [left, right] = localPeers();
    left.send(goodbye('last words'));
    left.close('normal');
    expect(record(right)).toEqual(['last words', 'closed']);
  });
});
