import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { seededRandom, startChaosUpstream, startIdleClosingUpstream } from './chaos-upstream.js';

describe('the chaos upstream', () => {
  it('commits, then resets the chosen share of connections', async () => {
    const upstream = await startChaosUpstream({ resetShare: 0.3, seed: 1 });
    let failed = 0;
    for (let i = 0; i < 40; i += 1) {
      await fetch(upstream.url, { method: 'POST', body: `${i}` }).catch(() => {
        failed += 1;
      });
    }
    await upstream.close();
    expect(failed).toBeGreaterThan(0);
    expect(failed).toBeLessThan(40);
    expect(upstream.resets).toBe(failed);
    expect(upstream.ledger.length).toBe(40);
  });

  it('recognises a repeated request by its header', async () => {
    const upstream = await startChaosUpstream({
      resetShare: 0,
      seed: 1,
      idempotencyHeader: 'Idempotency-Key',
    });
    for (const key of ['a', 'a', 'b']) {
      await fetch(upstream.url, { method: 'POST', body: key, headers: { 'idempotency-key': key } });
    }
    await upstream.close();
    expect(upstream.ledger).toEqual(['a', 'b']);
    expect(upstream.received).toBe(3);
  });

  it('makes the same choices with the same seed', () => {
    const [one, two] = [seededRandom(7), seededRandom(7)];
    const numbers = Array.from({ length: 5 }, one);
    expect(Array.from({ length: 5 }, two)).toEqual(numbers);
    expect(new Set(numbers).size).toBe(5);
  });

  it.each([true, false])('announces its idle timeout only when asked (%s)', async (hint) => {
    const upstream = await startIdleClosingUpstream({ hint });
    const answer = await fetch(upstream.url, { method: 'POST', body: '{}' });
    await answer.text();
    await upstream.close();
    expect(answer.headers.get('keep-alive')).toBe(hint ? 'timeout=5' : null);
  });

  it('closes a connection that is idle for its timeout', async () => {
    const upstream = await startIdleClosingUpstream({ hint: false, idleMs: 100 });
    const socket = connect(Number(new URL(upstream.url).port), '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 0\r\n\r\n');
    const [answer] = await once(socket, 'data');
    expect(String(answer)).toMatch(/^HTTP\/1.1 201 /);
    await once(socket, 'end');
    socket.destroy();
    await upstream.close();
  });
});
