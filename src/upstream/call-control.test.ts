import { describe, expect, it } from 'vitest';
import { cancelCall, createCallControl } from './call-control.js';

describe('the control of a call', () => {
  it('cancels once what the call waits for, and keeps who cancelled it first', () => {
    const control = createCallControl(0);
    let cancellations = 0;
    control.waitsFor = { cancel: () => void cancellations++ };
    cancelCall(control);
    cancelCall(control, 'gateway');
    expect(cancellations).toBe(1);
    expect(control.canceledBy).toBe('caller');
    expect(control.waitsFor).toBeUndefined();
  });

  // V8 may allocate the objects of a literal in its old space: see call-control.ts.
  it('is created by a class, not by an object literal', () => {
    expect(Object.getPrototypeOf(createCallControl(0))).not.toBe(Object.prototype);
  });
});
