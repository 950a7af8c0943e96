import { describe, expect, it } from 'vitest';
import { SERVICE_SCOPE } from './schema/service.js';
import { pendingFamily } from './schema/spec.js';

describe('pendingFamily', () => {
  it('is the whole key or its first steps, never a part of a step', () => {
    const scope = { ...SERVICE_SCOPE, pending: ['auth.refresh_on', 'liveness'] };
    expect(pendingFamily(scope, 'auth.refresh_on')).toBe('auth.refresh_on');
    expect(pendingFamily(scope, 'liveness.path')).toBe('liveness');
    expect(pendingFamily(scope, 'livenesses')).toBeUndefined();
    expect(pendingFamily(scope, 'auth.vars.$var')).toBeUndefined();
  });
});
