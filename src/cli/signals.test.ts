import { describe, expect, it } from 'vitest';
import { createFakeHost } from '../../test/support/fake-host.js';
import { createLogger } from '../log.js';
import { watchSignals } from './signals.js';

describe('the handler of signals', () => {
  it('asks for a graceful stop at first and ends the process the second time', async () => {
    const host = createFakeHost();
    const signals = watchSignals(host, createLogger('info', host.stderr));
    host.send('SIGTERM');
    expect(await signals.received).toBe('SIGTERM');
    expect(host.exits).toEqual([]);
    host.send('SIGINT');
    expect(host.exits).toEqual([130]);
  });

  it('keeps running at SIGHUP and warns that reloading is not supported', () => {
    const host = createFakeHost();
    const signals = watchSignals(host, createLogger('info', host.stderr));
    expect(host.send('SIGHUP')).toBe(true);
    expect(host.exits).toEqual([]);
    expect(JSON.parse(host.err())).toMatchObject({ level: 'warn', msg: expect.stringContaining('restart') });
    signals.release();
    expect(host.send('SIGHUP')).toBe(false);
    expect(host.send('SIGTERM')).toBe(false);
  });
});
