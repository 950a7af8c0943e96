import { describe, expect, it } from 'vitest';
import { hideSecret, type LinkLogin } from './credentials.js';

const LOGINS: readonly LinkLogin[] = [
  { authmethod: 'ticket', authid: 'gateway', ticket: 'hunter2' },
  { authmethod: 'wampcra', authid: 'gateway', secret: 'hunter2' },
  { authmethod: 'wamp-scram', authid: 'gateway', secret: 'hunter2' },
  { authmethod: 'cryptosign', authid: 'gateway', privateKey: 'hunter2' },
];

describe('a text of the router', () => {
  it.each(LOGINS)('is shown without the secret of $authmethod', (login) => {
    expect(hideSecret(login, "invalid ticket 'hunter2' for gateway")).toBe(
      "invalid ticket '***' for gateway",
    );
  });

  it('is shown unchanged without a login', () => {
    expect(hideSecret({ authmethod: 'anonymous' }, 'no such realm')).toBe('no such realm');
  });
});
