import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.js';
import { keepLog, type LogLines } from '../../test/support/log-lines.js';
import { silentObserver } from '../observe/observer.js';
import { SecretError, type SecretFields, type SecretProvider } from './provider.js';
import { createSecretKeeper, type SecretKeeper } from './secret-keeper.js';

const MARK = 'S3CR3T';
const HOUR = 3_600_000;

/** A provider whose reads end when and how the test says. */
function createScript() {
  const reads: { resolve: (fields: SecretFields) => void; reject: (error: unknown) => void }[] = [];
  let changed: (() => void) | undefined;
  let closed = false;
  const provider: SecretProvider = {
    read: () => new Promise((resolve, reject) => reads.push({ resolve, reject })),
    watch(callback) {
      changed = callback;
      return () => {
        changed = undefined;
      };
    },
    close() {
      closed = true;
    },
  };
  return {
    provider,
    /** Reads begun so far. */
    get begun() {
      return reads.length;
    },
    last: () => reads.at(-1)!,
    change: () => changed?.(),
    get watched() {
      return changed !== undefined;
    },
    get closed() {
      return closed;
    },
  };
}

let clock: FakeClock;
let log: LogLines;
let script: ReturnType<typeof createScript>;
let changes: number;
let keeper: SecretKeeper;

function create(options: { refreshMs?: number; random?: () => number } = {}): SecretKeeper {
  return createSecretKeeper({
    provider: script.provider,
    pick(fields) {
      const value = fields.get('a');
      if (typeof value !== 'string') throw new SecretError('field a is missing');
      return new Map([['a', value]]);
    },
    onChange: () => {
      changes += 1;
    },
    refreshMs: options.refreshMs ?? HOUR,
    clock,
    // In the middle: no jitter.
    random: options.random ?? (() => 0.5),
    log: log.log,
    observer: silentObserver,
    record: { service: 'billing', provider: 'aws_sm' },
  });
}

beforeEach(() => {
  clock = createFakeClock(1_000_000);
  log = keepLog();
  script = createScript();
  changes = 0;
  keeper = create();
});

/** Ends the read under way and waits until the keeper has seen it. */
async function succeed(value = '1'): Promise<void> {
  const settled = keeper.reread();
  script.last().resolve(new Map([['a', value]]));
  await settled;
}
async function fail(...errors: unknown[]): Promise<void> {
  const [error] = errors.length > 0 ? errors : [new SecretError('AWS Secrets Manager: ECONNREFUSED')];
  const settled = keeper.reread();
  script.last().reject(error);
  await settled;
}
const value = (): string | undefined => keeper.values()?.get('a');

describe('the first read', () => {
  it('begins at start, which waits for it', async () => {
    let started = false;
    const start = keeper.start().then(() => {
      started = true;
    });
    expect(script.begun).toBe(1);
    expect([started, keeper.values()]).toEqual([false, undefined]);
    await succeed();
    await start;
    expect([value(), changes]).toEqual(['1', 1]);
    expect(log.records()).toEqual([]);
  });

  it('ends the start even if it fails', async () => {
    const start = keeper.start();
    await fail();
    await start;
    expect([keeper.values(), changes]).toEqual([undefined, 0]);
    expect(log.records()).toEqual([
      expect.objectContaining({
        level: 'warn',
        service: 'billing',
        provider: 'aws_sm',
        cause: 'AWS Secrets Manager: ECONNREFUSED',
        retry_in_ms: 1_000,
      }),
    ]);
  });

  it('is retried for ever, with a delay from 1 s doubling to 5 min', async () => {
    void keeper.start();
    const delays: number[] = [];
    for (let n = 1; n <= 1_100; n++) {
      await fail();
      const delay = keeper.nextInMs()!;
      if (n <= 12 || n > 1_098) delays.push(delay / 1_000);
      expect(script.begun).toBe(n);
      clock.advance(delay - 1);
      expect(script.begun).toBe(n);
      clock.advance(1);
      expect(script.begun).toBe(n + 1);
    }
    expect(delays).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300, 300, 300]);
    await succeed();
    expect([value(), changes]).toEqual(['1', 1]);
    expect(log.records().at(-1)).toMatchObject({ level: 'info', service: 'billing', provider: 'aws_sm' });
  });

  it.each([
    [0, 0.75, 300],
    [0.999, 1.25, 300],
  ])('is retried with jitter: %d', async (random, first, capped) => {
    keeper = create({ random: () => random });
    void keeper.start();
    await fail();
    expect(keeper.nextInMs()! / 1_000).toBeCloseTo(first, 2);
    for (let n = 0; n < 20; n++) {
      clock.advance(keeper.nextInMs()!);
      await fail();
    }
    expect(keeper.nextInMs()! / 1_000).toBeCloseTo(capped, 2);
  });

  it('fails as a whole if one value is wrong', async () => {
    void keeper.start();
    const settled = keeper.reread();
    script.last().resolve(new Map([['b', MARK]]));
    await settled;
    expect(keeper.values()).toBeUndefined();
    expect(log.records()).toEqual([expect.objectContaining({ cause: 'field a is missing' })]);
  });

  it('tells when the next one is due', async () => {
    expect(keeper.nextInMs()).toBeUndefined();
    void keeper.start();
    expect(keeper.nextInMs()).toBe(0);
    await fail();
    expect(keeper.nextInMs()).toBe(1_000);
    clock.advance(400);
    expect(keeper.nextInMs()).toBe(600);
    clock.advance(600);
    expect(keeper.nextInMs()).toBe(0);
  });
});

describe('a refresh', () => {
  it('happens after each interval', async () => {
    void keeper.start();
    await succeed('1');
    for (const next of ['2', '3']) {
      const { begun } = script;
      clock.advance(HOUR - 1);
      expect(script.begun).toBe(begun);
      clock.advance(1);
      expect(script.begun).toBe(begun + 1);
      await succeed(next);
      expect(value()).toBe(next);
    }
    expect(changes).toBe(3);
    expect(log.text()).not.toContain('"2"');
  });

  it('changes nothing if the values are the same', async () => {
    void keeper.start();
    await succeed('1');
    const before = keeper.values();
    clock.advance(HOUR);
    await succeed('1');
    expect(keeper.values()).toBe(before);
    expect(changes).toBe(1);
  });

  it('never happens if the interval is 0', async () => {
    keeper = create({ refreshMs: 0 });
    void keeper.start();
    await succeed();
    expect([clock.pending, keeper.nextInMs()]).toEqual([0, undefined]);
  });

  it('keeps the old values if it fails, and is retried with the same backoff', async () => {
    void keeper.start();
    await succeed('1');
    clock.advance(HOUR);
    for (const delay of [1_000, 2_000, 4_000]) {
      await fail(new SecretError('the file is not JSON'));
      expect(value()).toBe('1');
      expect(log.records().at(-1)).toMatchObject({
        level: 'warn',
        cause: 'the file is not JSON',
        retry_in_ms: delay,
      });
      clock.advance(delay);
    }
    await succeed('2');
    expect(value()).toBe('2');
    expect(keeper.nextInMs()).toBe(HOUR);
    // The next failure begins from 1 s again.
    clock.advance(HOUR);
    await fail();
    expect(keeper.nextInMs()).toBe(1_000);
  });

  it('is retried after a failure even if the interval is 0', async () => {
    keeper = create({ refreshMs: 0 });
    void keeper.start();
    await succeed();
    const again = keeper.reread();
    script.last().reject(new SecretError('x'));
    await again;
    expect(keeper.nextInMs()).toBe(1_000);
  });
});

describe('one read at a time', () => {
  it('serves all callers', async () => {
    const all = [keeper.start(), keeper.reread(), keeper.reread()];
    expect(script.begun).toBe(1);
    await succeed();
    await Promise.all(all);
    expect(changes).toBe(1);
  });

  it('cancels the timer for the next one', async () => {
    void keeper.start();
    await fail();
    expect(clock.pending).toBe(1);
    const again = keeper.reread();
    expect([script.begun, clock.pending]).toEqual([2, 0]);
    clock.advance(HOUR);
    expect(script.begun).toBe(2);
    script.last().resolve(new Map([['a', '1']]));
    await again;
    expect(clock.pending).toBe(1);
  });
});

describe('a change that the provider reports', () => {
  it('is read at once, even during a backoff', async () => {
    void keeper.start();
    await fail();
    script.change();
    expect(script.begun).toBe(2);
    await succeed('2');
    expect(value()).toBe('2');
  });

  it('causes another read if it happens during a read, which may have missed it', async () => {
    const start = keeper.start();
    script.change();
    script.change();
    expect(script.begun).toBe(1);
    script.last().resolve(new Map([['a', 'early']]));
    await expect.poll(() => script.begun).toBe(2);
    expect(value()).toBe('early');
    script.last().resolve(new Map([['a', 'late']]));
    await start;
    expect([value(), script.begun, changes]).toEqual(['late', 2, 2]);
  });
});

describe('errors', () => {
  it.each([
    Object.assign(new Error(MARK), { name: MARK, code: MARK, stack: `${MARK}\n    at ${MARK}` }),
    MARK,
    { message: MARK },
    undefined,
    Object.assign(new SecretError('field a is missing'), { cause: new Error(MARK), stack: MARK }),
  ])('are logged without text that may quote a secret', async (error) => {
    void keeper.start();
    await fail(error);
    expect(log.records()).toHaveLength(1);
    expect(log.records()[0]?.['cause']).toMatch(/^(other error|field a is missing)$/);
    expect(log.text()).not.toContain(MARK);
    expect(keeper.nextInMs()).toBe(1_000);
  });
});

describe('close', () => {
  it('cancels the timers and the watch', async () => {
    void keeper.start();
    expect(script.watched).toBe(true);
    await fail();
    keeper.close();
    expect([clock.pending, script.watched, script.closed]).toEqual([0, false, true]);
    expect(keeper.nextInMs()).toBeUndefined();
  });

  it.each(['succeeds', 'fails'])('ignores a read that %s after it', async (how) => {
    const start = keeper.start();
    keeper.close();
    if (how === 'fails') script.last().reject(new SecretError('the service is closed'));
    else script.last().resolve(new Map([['a', '1']]));
    await start;
    expect([keeper.values(), changes, clock.pending, script.begun]).toEqual([undefined, 0, 0, 1]);
    expect(log.records()).toEqual([]);
  });

  it('prevents further reads', async () => {
    keeper.close();
    await keeper.start();
    await keeper.reread();
    expect([script.begun, clock.pending, script.watched]).toEqual([0, 0, false]);
  });
});
