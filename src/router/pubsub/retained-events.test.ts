import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../../test/support/limits.js';
import type { MatchPolicy, RouterLimits, Session } from '../model.js';
import { createRetainedEvents } from './retained-events.js';

const SESSION = {} as Session;

function store(maxRetainedEvents: number, maxRetainedBytes: number, more: Partial<RouterLimits> = {}) {
  const events = createRetainedEvents({
    ...LIMITS,
    maxRetainedEvents,
    maxRetainedBytes,
    maxRetainedBytesPerSession: 1e9,
    maxRetainedSent: 1000,
    ...more,
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
  /** Finds the events that a pattern matches, and runs a function before the second step. */
  function find(match: MatchPolicy, pattern: string, meanwhile = () => {}) {
    const steps = events.find(SESSION, match, pattern);
    let step = steps.next();
    meanwhile();
    let count = 1;
    for (; step.done !== true; count++) step = steps.next();
    return {
      topics: step.value.map(({ topic }) => topic),
      publications: step.value.map((event) => event.publication),
      count,
    };
  }
  const topics = (): string => find('prefix', '').topics.join('');
  return { ...events, keep, topics, find };
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
  ])('are dropped from the oldest on if their %s is too large', (_what, max, bytes, text) => {
    const { keep, topics } = store(max, bytes);
    for (const topic of 'abc') keep(topic, text);
    expect(topics()).toBe('bc');
    keep('b', text);
    keep('d', text);
    expect(topics()).toBe('bd');
  });

  it('are not kept if one alone is too large, and the previous one is dropped too', () => {
    const { keep, topics } = store(10, 1000);
    keep('a');
    keep('b');
    keep('a', 'x'.repeat(1000));
    expect(topics()).toBe('b');
    // Lists of receivers are kept too, and count.
    keep('b', '', { eligible: Array.from({ length: 100 }, (_, id) => id) });
    expect(topics()).toBe('');
  });

  it('are dropped for their own session if that exceeds the limit of a session', () => {
    const { keep, topics } = store(10, 10_000, { maxRetainedBytesPerSession: 2400 });
    const text = 'x'.repeat(500);
    keep('a', text, {}, 2);
    for (const topic of 'bcd') keep(topic, text, {}, 1);
    expect(topics()).toBe('acd');
    // A session that publishes the topic again has it in its share from then on.
    keep('a', text, {}, 1);
    expect(topics()).toBe('da');
    keep('c', text, {}, 2);
    keep('e', text, {}, 2);
    expect(topics()).toBe('dace');
    keep('a', 'x'.repeat(3000), {}, 2);
    expect(topics()).toBe('dce');
  });

  it('are not kept if the limit is 0', () => {
    const { keep, topics } = store(0, 1000);
    keep('a');
    expect(topics()).toBe('');
  });

  it('are found by prefix and by wildcard', () => {
    const { keep, find } = store(10, 10_000);
    for (const topic of ['com.a.x', 'com.b.x', 'org.a.x', 'com.a']) keep(topic);
    expect(find('prefix', 'com.').topics).toEqual(['com.a.x', 'com.b.x', 'com.a']);
    expect(find('wildcard', '.a.x').topics).toEqual(['com.a.x', 'org.a.x']);
  });

  it('are found in small steps, and of many only the latest', () => {
    const { keep, find } = store(1000, 1_000_000, { maxRetainedSent: 10 });
    for (let at = 0; at < 500; at++) keep(`com.${at}`);
    const { topics, count } = find('prefix', 'com.');
    expect(topics).toEqual(Array.from({ length: 10 }, (_, at) => `com.${490 + at}`));
    expect(count).toBeGreaterThan(10);
  });

  it('are found in their latest state if they change during the search', () => {
    const { keep, find } = store(1000, 1_000_000);
    for (let at = 1; at <= 100; at++) keep(`com.${at}`);
    const { topics, publications } = find('prefix', 'com.', () => {
      keep('com.1');
      keep('com.new');
      keep('com.2', 'x'.repeat(1_000_000));
    });
    expect(topics).toHaveLength(100);
    expect(publications.slice(-2)).toEqual([101, 102]);
    expect(topics).not.toContain('com.2');
  });

  it('are searched in finite time, however many are added meanwhile', () => {
    const { keep, find } = store(1000, 1_000_000);
    for (let at = 1; at <= 100; at++) keep(`com.${at}`);
    expect(
      find('prefix', 'com.', () => Array.from({ length: 500 }, (_, at) => keep(`com.x${at}`))).count,
    ).toBeLessThan(20);
  });
});
