import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { keepLog } from '../../test/support/log-lines.js';
import { createFailureLog } from './failure-log.js';

function setUp() {
  const clock = createFakeClock();
  const { log, records } = keepLog();
  const failures = createFailureLog(log, clock);
  const fail = (cause: string, key = 'one') =>
    failures.failed(key, { where: { realm: 'realm1' }, cause, advice: 'start it' }, 'cannot join');
  const causes = () => records().map(({ cause, repeated }) => [cause, repeated]);
  return { clock, failures, fail, causes, records };
}

describe('the log of lasting failures', () => {
  it('has a cause once when it begins, and once when it changes', () => {
    const { fail, causes, records } = setUp();
    for (const cause of ['refused', 'refused', 'refused', 'silent', 'silent', 'refused']) fail(cause);
    expect(causes()).toEqual([
      ['refused', undefined],
      ['silent', undefined],
      ['refused', undefined],
    ]);
    expect(records()[0]).toMatchObject({ level: 'warn', realm: 'realm1', advice: 'start it' });
  });

  it('has a lasting cause once a minute, with the number of failures', () => {
    const { clock, fail, causes } = setUp();
    fail('refused');
    for (let second = 0; second < 125; second += 5) {
      clock.advance(5000);
      fail('refused');
    }
    expect(causes()).toEqual([
      ['refused', undefined],
      ['refused', 12],
      ['refused', 12],
    ]);
  });

  it('keeps failures of different places apart', () => {
    const { fail, causes } = setUp();
    for (const key of ['one', 'two', 'one', 'two']) fail('refused', key);
    expect(causes()).toHaveLength(2);
  });

  it('tells how long a failure lasted, once', () => {
    const { clock, failures, fail } = setUp();
    fail('refused');
    clock.advance(1500);
    fail('silent');
    clock.advance(500);
    expect([failures.over('one'), failures.over('one')]).toEqual([2000, undefined]);
  });
});
