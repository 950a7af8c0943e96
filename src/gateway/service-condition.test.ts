import { describe, expect, it } from 'vitest';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { type ConditionSigns, createCondition } from './service-condition.js';

const FINE: ConditionSigns = {
  isDisabled: false,
  waitsFor: undefined,
  isDown: false,
  isBreakerOpen: false,
};

describe('the condition of a service', () => {
  it.each([
    [FINE, 'up', null],
    [{ ...FINE, isBreakerOpen: true }, 'down', 'its circuit breaker is open'],
    [{ ...FINE, isDown: true, isBreakerOpen: true }, 'down', 'its probes fail'],
    [{ ...FINE, waitsFor: 'no secret', isDown: true }, 'waiting', 'no secret'],
    [{ ...FINE, isDisabled: true, waitsFor: 'no secret' }, 'disabled', 'an operator has disabled it'],
  ])('follows from its signs: %o is %s', (signs, state, reason) => {
    expect(createCondition(createFakeClock(), () => signs).read()).toMatchObject({ state, reason });
  });

  it('lasts since the state changed, not since the reason changed', () => {
    const clock = createFakeClock();
    let signs = FINE;
    const condition = createCondition(clock, () => signs);
    condition.read();
    clock.advance(1_000);
    signs = { ...FINE, isDown: true };
    expect(condition.read().since).toBe('2026-01-01T00:00:01.000Z');
    clock.advance(1_000);
    signs = { ...FINE, isBreakerOpen: true };
    expect(condition.read()).toMatchObject({
      since: '2026-01-01T00:00:01.000Z',
      reason: 'its circuit breaker is open',
    });
  });
});

describe('the condition of a service that replaces another one', () => {
  const AT_START = '2026-01-01T00:00:00.000Z';

  function takeOver(before: ConditionSigns, after: ConditionSigns) {
    const clock = createFakeClock();
    const former = createCondition(clock, () => before).read();
    clock.advance(1_000);
    const condition = createCondition(clock, () => after);
    condition.read();
    condition.takeOver(former);
    return condition.read();
  }

  it('lasts since the state of the other one began', () => {
    const down = { ...FINE, isDown: true };
    expect(takeOver(down, down)).toMatchObject({ state: 'down', since: AT_START });
  });

  it('begins anew if the state is another one', () => {
    expect(takeOver({ ...FINE, isDown: true }, FINE)).toMatchObject({
      state: 'up',
      since: '2026-01-01T00:00:01.000Z',
    });
  });
});
