import { expect, it } from 'vitest';
import { createScriptedRouter, registerError } from '../../test/support/scripted-router.js';
import { MESSAGE, type Message } from '../wamp/messages.js';

const QUOTE = 'the ticket hunter2 is not good enough';

/** What a router says that quotes the secret of the login. */
const WORDS: readonly (readonly [string, (request: number) => Message])[] = [
  ['a refused REGISTER', (request) => registerError(request, 'wamp.error.not_authorized', QUOTE)],
  ['ABORT', () => ({ type: MESSAGE.ABORT, details: { message: QUOTE }, reason: 'com.example.no' })],
  ['GOODBYE', () => ({ type: MESSAGE.GOODBYE, details: { message: QUOTE }, reason: 'com.example.no' })],
];

it.each(WORDS)('the secret of the login is masked in the words of %s', async (_, wordsFor) => {
  const router = createScriptedRouter();
  router.script = (message) => (message.type === MESSAGE.REGISTER ? [wordsFor(message.request)] : undefined);
  router.link.start();
  await router.settle();
  const shown = router.log.text() + JSON.stringify(router.link.status());
  expect(shown).toContain('the ticket *** is not good enough');
  expect(shown).not.toContain('hunter2');
});
