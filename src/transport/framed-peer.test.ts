import { PassThrough } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../clock.js';
import { createLogger } from '../log.js';
import { createTurns } from '../turns.js';
import { ProtocolViolation } from '../wamp/decode.js';
import { MESSAGE, type Message } from '../wamp/messages.js';
import type { PeerReceiver } from '../wamp/peer.js';
import { createJsonSerializer } from '../wamp/serializers/json.js';
import { createFramedPeer, type FramedPeer, type FramedPeerOptions } from './framed-peer.js';
import { createSendTotal } from './send-total.js';

const EVENT: Message = {
  type: MESSAGE.EVENT,
  subscription: 1,
  publication: 2,
  details: {},
  payload: { args: ['x'.repeat(1000)] },
};
const RESULT: Message = {
  type: MESSAGE.RESULT,
  request: 1,
  details: {},
  payload: { args: ['x'.repeat(1000)] },
};
const SMALL: Message = { type: MESSAGE.PUBLISHED, request: 1, publication: 2 };

describe('a framed peer', () => {
  let written: string[];
  let leave: (() => void)[];
  let backlog: number;
  let open: boolean;
  let tooSlow: number;
  let dropped: number;
  let logged: string[];
  let heard: unknown[];
  let framed: FramedPeer;

  function create(options: Partial<FramedPeerOptions> = {}, maxFrameSize = 512, stream = new PassThrough()) {
    framed = createFramedPeer(
      {
        isOpen: () => open,
        backlog: () => backlog,
        maxFrameSize,
        write(frame, onGone) {
          written.push(String(frame));
          leave.push(onGone);
        },
        pause: () => heard.push('paused'),
        resume: () => heard.push('resumed'),
        close(cause) {
          open = false;
          heard.push(`channel closed: ${cause}`);
        },
        terminate() {
          open = false;
          heard.push('channel cut');
        },
      },
      stream,
      {
        serializer: createJsonSerializer(),
        maxSendBuffer: 10_000,
        maxSendQueue: 3,
        turns: createTurns(systemClock),
        sendTotal: createSendTotal(Number.POSITIVE_INFINITY),
        receiveTotal: createSendTotal(Number.POSITIVE_INFINITY),
        closedPending: { count: 0 },
        onTooSlow: () => tooSlow++,
        onEventDropped: () => dropped++,
        log: createLogger('debug', { write: (line) => void logged.push(line) }),
        ...options,
      },
    );
    const receiver: PeerReceiver = {
      onMessage: (message) => heard.push(message),
      onViolation: (sentence) => heard.push(sentence),
      onClose: () => heard.push('closed'),
    };
    return { peer: framed.peer, receiver };
  }

  beforeEach(() => {
    [written, leave, logged, heard] = [[], [], [], []];
    [backlog, open, tooSlow, dropped] = [0, true, 0, 0];
  });

  it('drops an EVENT that is too large for its receiver, and counts it', () => {
    const { peer } = create();
    expect([peer.send(EVENT), peer.send(EVENT)]).toEqual(['too_large', 'too_large']);
    expect([dropped, written, open]).toEqual([2, [], true]);
    expect(peer.send(SMALL)).toBe('sent');
  });

  it('tells the sender of a RESULT that is too large for its receiver', () => {
    const { peer } = create();
    expect([peer.send(RESULT), dropped, open]).toEqual(['too_large', 0, true]);
  });

  it('sends a frame of exactly the limit of its receiver', () => {
    const size = Buffer.byteLength(String(createJsonSerializer().encode(RESULT)));
    expect(create({}, size).peer.send(RESULT)).toBe('sent');
    expect(create({}, size - 1).peer.send(RESULT)).toBe('too_large');
  });

  it('cuts off once a receiver for which too many messages wait', () => {
    const { peer } = create();
    expect([1, 2, 3, 4, 5].map(() => peer.send(SMALL))).toEqual(['sent', 'sent', 'sent', 'closed', 'closed']);
    expect([heard, tooSlow]).toEqual([['channel cut'], 1]);
  });

  it('stops counting messages that were sent or lost', () => {
    const { peer } = create();
    for (let round = 0; round < 10; round++) {
      expect(peer.send(SMALL)).toBe('sent');
      expect(peer.send(SMALL)).toBe('sent');
      for (const gone of leave.splice(0)) gone();
    }
    expect(tooSlow).toBe(0);
  });

  it('cuts off a receiver for which too many bytes wait', () => {
    const { peer } = create({}, Number.POSITIVE_INFINITY);
    backlog = 9500;
    expect(peer.send(EVENT)).toBe('closed');
    expect([heard, tooSlow, dropped]).toEqual([['channel cut'], 1, 0]);
  });

  it('limits pongs like messages', () => {
    create();
    const pong = Buffer.from('pong');
    for (let at = 0; at < 5; at++) framed.control(pong, (gone) => leave.push(gone));
    expect([leave.length, heard, tooSlow]).toEqual([3, ['channel cut'], 1]);
  });

  it('has a lower limit for pongs than for messages', () => {
    create({ maxSendQueue: 100_000 });
    const pong = Buffer.from('');
    for (let at = 0; at < 1000; at++) framed.control(pong, (gone) => leave.push(gone));
    expect(tooSlow).toBe(0);
    for (const gone of leave.splice(0)) gone();
    for (let at = 0; at < 1001; at++) framed.control(pong, (gone) => leave.push(gone));
    expect([leave.length, tooSlow]).toEqual([1000, 1]);
  });

  it('cuts off a receiver if a pong has no room, because it must not be dropped', () => {
    create();
    backlog = 9000;
    framed.control(Buffer.alloc(2_000_000), (gone) => leave.push(gone));
    expect([leave.length, tooSlow]).toEqual([0, 1]);
  });

  it('writes once per turn of the event loop', async () => {
    const stream = new PassThrough();
    const { peer } = create({ maxSendQueue: 100 }, 512, stream);
    for (let at = 0; at < 10; at++) peer.send(SMALL);
    expect(stream.writableCorked).toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(stream.writableCorked).toBe(0);
    peer.send(SMALL);
    expect(stream.writableCorked).toBe(1);
  });

  it('reports a message that cannot be encoded, and continues', () => {
    const { peer } = create();
    const circle: unknown[] = [];
    circle.push(circle);
    expect(peer.send({ ...RESULT, payload: { args: circle } })).toBe('unencodable');
    expect(peer.send(SMALL)).toBe('sent');
    expect(logged.length).toBe(1);
  });

  it('counts events that cannot be encoded, and does not log them', () => {
    const { peer } = create();
    const circle: unknown[] = [];
    circle.push(circle);
    expect(peer.send({ ...EVENT, payload: { args: circle } })).toBe('unencodable');
    expect(dropped).toBe(1);
    expect(logged).toEqual([]);
  });

  it('passes messages on until the first invalid frame, whose content it does not quote', () => {
    const { peer, receiver } = create();
    peer.listen(receiver);
    framed.receive(Buffer.from('[17,1,2]'));
    framed.receive(Buffer.from('[17,"hunter2"]'));
    framed.receive(Buffer.from('[17,1,2]'));
    framed.violate('another');
    expect(heard).toEqual(['resumed', SMALL, expect.not.stringContaining('hunter2')]);
    expect(logged.join()).not.toContain('hunter2');
  });

  it('treats a bug of the serializer as a protocol violation, and logs its place', () => {
    const serializer = {
      ...createJsonSerializer(),
      decode(): Message {
        throw new TypeError('hunter2');
      },
    };
    const { peer, receiver } = create({ serializer });
    peer.listen(receiver);
    framed.receive(Buffer.from('[]'));
    expect(heard).toEqual(['resumed', 'the frame cannot be decoded']);
    expect(logged.join()).toContain('TypeError');
    expect(logged.join()).not.toContain('hunter2');
  });

  it('passes the received bytes to its serializer', () => {
    const seen: unknown[] = [];
    const decode = (frame: string | Uint8Array): Message => {
      seen.push(frame);
      throw new ProtocolViolation('no');
    };
    for (const binary of [false, true]) {
      const { peer, receiver } = create({ serializer: { ...createJsonSerializer(), binary, decode } });
      peer.listen(receiver);
      framed.receive(Buffer.from('ä'));
    }
    expect(seen).toEqual([Buffer.from('ä'), Buffer.from('ä')]);
  });

  it('sends and receives nothing after either end has closed it', () => {
    const { peer, receiver } = create();
    peer.listen(receiver);
    peer.close('going_away');
    peer.close('normal');
    framed.end();
    framed.receive(Buffer.from('[17,1,2]'));
    framed.control(Buffer.from(''), () => heard.push('written'));
    expect(peer.send(SMALL)).toBe('closed');
    expect(heard).toEqual(['resumed', 'channel closed: going_away', 'closed']);
  });

  it('tells a listener that it was added too late', () => {
    const { peer, receiver } = create();
    framed.end();
    peer.listen(receiver);
    expect(heard).toEqual(['closed']);
  });
});
