import { expect, it } from 'vitest';
import { createFakeHost } from '../../test/support/fake-host.js';
import { createLogger, type Logger } from '../log.js';
import { logOutput } from './log-output.js';

type Format = Parameters<typeof logOutput>[0];

/** What stands on stderr when this was logged. */
async function printed(
  format: Format,
  terminal: boolean,
  say: (log: Logger) => void,
  env = {},
): Promise<string> {
  const host = createFakeHost(env, { terminal });
  say(createLogger('info', await logOutput(format, host)));
  return host.err();
}

const PLAIN = { NO_COLOR: '1' };
const failed = (log: Logger) => log.warn({ service: 'billing', attempts: 3 }, 'call failed');
const PRETTY = /^\[\d\d:\d\d:\d\d\] WARN: call failed \{"service":"billing","attempts":3\}\n$/;

it.each([
  ['auto', true],
  ['pretty', true],
  ['pretty', false],
] as const)('the log is for people if log.format is %s and terminal is %s', async (format, terminal) => {
  expect(await printed(format, terminal, failed, PLAIN)).toMatch(PRETTY);
});

it.each([
  ['auto', false],
  ['json', true],
  ['json', false],
] as const)('the log has JSON lines if log.format is %s and terminal is %s', async (format, terminal) => {
  const text = await printed(format, terminal, failed);
  expect(JSON.parse(text)).toMatchObject({ level: 'warn', service: 'billing', msg: 'call failed' });
  expect(text.endsWith('}\n')).toBe(true);
});

it('the log has colours on a terminal, but not with NO_COLOR', async () => {
  expect(await printed('auto', true, failed)).toContain('\u001b[33mWARN\u001b[39m');
  expect(await printed('auto', true, failed, { TERM: 'dumb' })).not.toContain('\u001b');
  expect(await printed('pretty', false, failed)).not.toContain('\u001b');
});

it('the log escapes control characters', async () => {
  const text = await printed(
    'auto',
    true,
    (log) =>
      log.info({ name: 'a\u001b[2J\u009b2J\u0007\\u001b' }, 'key \u001b]0;x\u0007 of \u009b31m \\n\u007f'),
    PLAIN,
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
  expect(text.trimEnd()).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  expect(text).toContain('key \\u001b]0;x\\u0007 of \\u009b31m \\n\\u007f');
});
