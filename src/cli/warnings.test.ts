import { expect, it } from 'vitest';
import { createFakeHost } from '../../test/support/fake-host.js';
import { createLogger } from '../log.js';
import { logWarnings } from './warnings.js';

it('a warning of the process is one record instead of the lines of Node.js', () => {
  const host = createFakeHost();
  logWarnings(host, createLogger('info', host.stderr));
  host.warn(Object.assign(new Error('first line\n\n  second\tline '), { name: 'OldWarning', code: 'OLD1' }));
  expect(JSON.parse(host.err())).toEqual({
    level: 'warn',
    time: expect.any(String),
    warning: 'OldWarning',
    code: 'OLD1',
    message: 'first line second line',
    msg: 'warning of Node.js or a library',
  });
});

it('a warning of the process has at most 300 characters', () => {
  const host = createFakeHost();
  logWarnings(host, createLogger('info', host.stderr));
  for (const length of [300, 301]) host.warn(new Error('x'.repeat(length)));
  const messages = host.err().trim().split('\n');
  expect(messages.map((line) => JSON.parse(line).message)).toEqual(['x'.repeat(300), `${'x'.repeat(299)}…`]);
});
