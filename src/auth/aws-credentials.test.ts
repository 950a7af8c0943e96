import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { keepLog } from '../../test/support/log-lines.js';
import { settled } from '../../test/support/token-cache-fixture.js';
import { type AwsLibraries, createAwsCredentials } from './aws-credentials.js';

const MINUTE = 60_000;

function setUp(read: () => ReturnType<AwsLibraries['credentials']>) {
  const clock = createFakeClock();
  const log = keepLog();
  let reads = 0;
  let loads = 0;
  const source = createAwsCredentials({
    async load() {
      loads += 1;
      return {
        credentials: () => {
          reads += 1;
          return read();
        },
        sign: async (request) => request,
      };
    },
    clock,
    random: () => 0.5,
    log: log.log,
    service: 'billing',
  });
  return { source, clock, log, counts: () => ({ reads, loads }) };
}
const keys = (secret = 's') => ({ accessKeyId: 'a', secretAccessKey: secret });

describe('AWS credentials', () => {
  it('are read once for all waiting calls, and then used for a minute', async () => {
    const { source, clock, counts } = setUp(async () => keys());
    const waiting = await Promise.all([source.obtain(), source.obtain(), source.obtain()]);
    expect(new Set(waiting).size).toBe(1);
    clock.advance(MINUTE - 1);
    expect(source.obtain()).toBe(waiting[0]);
    expect(counts()).toEqual({ reads: 1, loads: 1 });
    clock.advance(1);
    // The next look happens in the background. Equal credentials stay the same object.
    expect(source.obtain()).toBe(waiting[0]);
    await settled();
    expect(source.obtain()).toMatchObject({ credentials: keys() });
    expect(counts()).toEqual({ reads: 2, loads: 1 });
  });

  it('are never used after they have expired', async () => {
    let next = keys('one');
    const { source, clock } = setUp(async () => ({
      ...next,
      expiration: new Date(clock.wall() + 10 * MINUTE),
    }));
    await source.obtain();
    next = keys('two');
    clock.advance(10 * MINUTE);
    expect(await source.obtain()).toMatchObject({ credentials: keys('two') });
  });

  it('are asked for after growing pauses while there are none, without their texts in the log', async () => {
    let isGood = false;
    const { source, clock, counts, log } = setUp(async () => {
      if (isGood) return keys();
      throw new Error('S3CR3T');
    });
    expect(await source.obtain()).toMatchObject({ kind: 'none', retryAfterMs: 1_000 });
    for (let call = 0; call < 100; call++) expect(source.obtain()).toMatchObject({ kind: 'none' });
    expect(counts().reads).toBe(1);
    isGood = true;
    clock.advance(1_000);
    expect(await source.obtain()).toMatchObject({ kind: 'signer' });
    expect(log.records().map(({ msg }) => msg)).toEqual([
      'no AWS credentials are available',
      'AWS credentials are available again',
    ]);
    expect(log.text()).not.toContain('S3CR3T');
  });

  it('let no call wait for ever', async () => {
    const { source, clock } = setUp(() => new Promise(() => {}));
    const waiting = source.obtain();
    clock.advance(30_000);
    expect(await waiting).toMatchObject({ kind: 'none', cause: 'no AWS credentials within 30 s' });
  });
});
