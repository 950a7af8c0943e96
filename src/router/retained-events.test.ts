import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../test/support/limits.js';
import { createRetainedEvents } from './retained-events.js';

function store(maxRetainedEvents: number, maxRetainedBytes: number, maxRetainedBytesPerSession = 1e9) {
  const events = createRetainedEvents({
    ...LIMITS,
    maxRetainedEvents,
    maxRetainedBytes,
    maxRetainedBytesPerSession,
  });
  let publication = 0;
  const keep = (topic: string, text = '', options = {}, publisher = 1): void =>
    events.keep(
      {
        topic,
        publication: ++publication,
        details: {},
        payload: { args: [text] },
        mayReceive: () => true,
      },
      options,
      publisher,
    );
  const topics = (): string => [...events.all()].map(({ topic }) => topic).join('');
  return { ...events, keep, topics };
}

describe('retained events', () => {
  it('are the last of each topic', () => {
    const { keep, get, topics } = store(10, 10_000);
    keep('a');
    keep('b');
    keep('a');
    expect(get('a')?.publication).toBe(3);
    expect(get('c')).toBeUndefined();
    expect(topics()).toBe('ba');
  });

  it.each([
    ['number', 2, 10_000, ''],
    ['size', 10, 2400, 'x'.repeat(500)],
  ])('make room from the oldest on where their %s is too large', (_what, most, bytes, text) => {
    const { keep, topics } = store(most, bytes);
    for (const topic of 'abc') keep(topic, text);
    expect(topics()).toBe('bc');
    keep('b', text);
    keep('d', text);
    expect(topics()).toBe('bd');
  });

  it('are not kept where one alone is too large; the one before is gone, too', () => {
    const { keep, topics } = store(10, 1000);
    keep('a');
    keep('b');
    keep('a', 'x'.repeat(1000));
    expect(topics()).toBe('b');
    // Lists of receivers are kept as well, and count.
    keep('b', '', { eligible: Array.from({ length: 100 }, (_, id) => id) });
    expect(topics()).toBe('');
  });

  it('make room of their own session where that has more than one may', () => {
    const { keep, topics } = store(10, 10_000, 2400);
    const text = 'x'.repeat(500);
    keep('a', text, {}, 2);
    for (const topic of 'bcd') keep(topic, text, {}, 1);
    expect(topics()).toBe('acd');
    // Who publishes it anew has it in its share from then on.
    keep('a', text, {}, 1);
    expect(topics()).toBe('da');
    keep('c', text, {}, 2);
    keep('e', text, {}, 2);
    expect(topics()).toBe('dace');
    keep('a', 'x'.repeat(3000), {}, 2);
    expect(topics()).toBe('dce');
  });

  it('are none where none may be', () => {
    const { keep, topics } = store(0, 1000);
    keep('a');
    expect(topics()).toBe('');
  });
});
