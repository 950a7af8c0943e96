import { describe, expect, it } from 'vitest';
import { ConfigError } from '../errors.js';
import { failureText, systemCode } from './failures.js';
import { CommandFailure } from './host.js';

describe('the text for a failure', () => {
  const systemError = (code: string) =>
    Object.assign(new Error('raw'), { code, address: '127.0.0.1', port: 80 });

  it.each([
    [new CommandFailure('Do this.'), 'Do this.'],
    [new ConfigError([{ file: 'a.conf', line: 2, key: 'k', message: 'is wrong' }]), 'a.conf:2: k: is wrong'],
    [systemError('EADDRINUSE'), 'Cannot listen on 127.0.0.1:80: the port is in use. '],
    [systemError('EACCES'), 'Cannot listen on 127.0.0.1:80: the operating system does not permit it. '],
    [systemError('EADDRNOTAVAIL'), 'Cannot listen on 127.0.0.1:80: this machine has no such address.'],
    [new Error('anything else'), 'anything else'],
    ['thrown text', 'thrown text'],
  ])('describes %s', (error, text) => {
    expect(failureText(error)).toContain(text);
  });

  it('shows the notices of a configuration after its errors', () => {
    const error = new ConfigError(
      [{ file: 'a.conf', line: 7, key: 'k', message: 'is wrong' }],
      [{ file: 'a.conf', line: 2, key: 'j', message: 'is given twice' }],
    );
    expect(failureText(error)).toBe('a.conf:7: k: is wrong\na.conf:2: j: notice: is given twice');
  });

  it('is limited to 200 errors and 200 notices', () => {
    const faults = Array.from({ length: 203 }, (_, line) => ({
      file: 'f',
      line: line + 1,
      key: 'k',
      message: 'm',
    }));
    const lines = failureText(new ConfigError(faults, faults)).split('\n');
    expect(lines).toHaveLength(402);
    expect([lines[199], lines[200], lines[401]]).toEqual([
      'f:200: k: m',
      'and 3 more problems',
      'and 3 more notices',
    ]);
  });

  it.each(['EADDRINUSE', 'EACCES'])('is a message of the gateway for a Unix socket with %s', (code) => {
    const cause = Object.assign(new Error('raw'), { code, address: '/run/x.sock', port: -1 });
    expect(failureText(new Error('cannot listen on /run/x.sock: why', { cause }))).toBe(
      'cannot listen on /run/x.sock: why',
    );
  });

  it('comes from the cause of other errors', () => {
    const wrapped = new Error('outer', { cause: new Error('middle', { cause: systemError('EADDRINUSE') }) });
    expect(systemCode(wrapped)).toBe('EADDRINUSE');
    expect(failureText(wrapped)).toContain('the port is in use');
    const circle = new Error('circle');
    circle.cause = circle;
    expect(systemCode(circle)).toBeUndefined();
  });
});
