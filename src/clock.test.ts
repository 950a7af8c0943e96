import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../test/support/fake-clock.js';
import { withTimeout } from './clock.js';

const never = new Promise<string>(() => {});

describe('waiting with a timeout', () => {
  it('ends with the value of the promise, or with its error, and stops the timer', async () => {
    const clock = createFakeClock();
    expect(await withTimeout(clock, 10, Promise.resolve('value'), () => 'late')).toBe('value');
    const failed = withTimeout(clock, 10, Promise.reject(new Error('failed')), () => 'late');
    await expect(failed).rejects.toThrow('failed');
    expect(clock.pending).toBe(0);
  });

  it('ends with what onTimeout returns or throws when the time is over', async () => {
    const clock = createFakeClock();
    const late = withTimeout(clock, 10, never, () => 'late');
    clock.advance(10);
    expect(await late).toBe('late');
    const failed = withTimeout(clock, 10, never, () => {
      throw new Error('too late');
    });
    clock.advance(10);
    await expect(failed).rejects.toThrow('too late');
  });

  it('drops an error of the promise after the timeout', async () => {
    const clock = createFakeClock();
    let reject: (error: Error) => void = () => {};
    const awaited = new Promise<string>((_, no) => {
      reject = no;
    });
    const late = withTimeout(clock, 10, awaited, () => 'late');
    clock.advance(10);
    expect(await late).toBe('late');
    reject(new Error('nobody waits for this'));
    await expect(awaited).rejects.toThrow();
  });
});
