import { describe, expect, it } from 'vitest';
import { createFakeHost } from '../../test/support/fake-host.js';
import { watchSignals } from './signals.js';

describe('the handler of signals', () => {
  it('asks for a graceful stop at first and ends the process the second time', async () => {
    const host = createFakeHost();
    const signals = watchSignals(host, () => {});
    host.send('SIGTERM');
    expect(await signals.received).toBe('SIGTERM');
    expect(host.exits).toEqual([]);
    host.send('SIGINT');
    expect(host.exits).toEqual([130]);
  });

  it('asks for a reload at each SIGHUP', () => {
    const host = createFakeHost();
    let reloads = 0;
    const signals = watchSignals(host, () => reloads++);
    expect([host.send('SIGHUP'), host.send('SIGHUP')]).toEqual([true, true]);
    expect([reloads, host.exits]).toEqual([2, []]);
    signals.release();
    expect(host.send('SIGHUP')).toBe(false);
    expect(host.send('SIGTERM')).toBe(false);
  });
});
