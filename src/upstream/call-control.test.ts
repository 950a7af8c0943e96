import { describe, expect, it } from 'vitest';
import { cancelCall, createCallControl } from './call-control.js';

describe('the control of a call', () => {
  it('tells once to whatever the call waits for that it is cancelled, and by whom it was first', () => {
    const control = createCallControl(0);
    let told = 0;
    control.waitsFor = { cancel: () => void told++ };
    cancelCall(control);
    cancelCall(control, 'gateway');
    expect(told).toBe(1);
    expect(control.canceledBy).toBe('caller');
    expect(control.waitsFor).toBeUndefined();
  });

  it('comes from a constructor: V8 would put those of a literal out of reach of its cheap collection', () => {
    expect(Object.getPrototypeOf(createCallControl(0))).not.toBe(Object.prototype);
  });
});
