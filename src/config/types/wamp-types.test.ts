import { describe, expect, it } from 'vitest';
import { ValueError } from './value-error.js';
import { errorUri, procedureUri, realmName } from './wamp-types.js';

const CONTEXT = { directory: '/', readFile: () => '' };

describe('WAMP URIs', () => {
  it.each(['com.example.a', 'a', 'com.EXAMPLE.a-b/c', 'wampum.a', 'com.wamp.a', 'é.ü'])(
    'may be %j',
    (uri) => {
      for (const type of [procedureUri, errorUri, realmName]) expect(type.parse(uri, CONTEXT)).toBe(uri);
    },
  );

  it.each(['', '.', 'a..b', '.a', 'a.', 'a b', 'a#b', 'a.\tb', 'a\u00a0b'])('must not be %j', (uri) => {
    for (const type of [procedureUri, errorUri, realmName]) {
      expect(() => type.parse(uri, CONTEXT)).toThrow(ValueError);
    }
  });

  it('may begin with wamp. for errors, but not for procedures', () => {
    expect(errorUri.parse('wamp.error.not_found', CONTEXT)).toBe('wamp.error.not_found');
    expect(() => procedureUri.parse('wamp.session.count', CONTEXT)).toThrow(/reserved/);
    expect(() => procedureUri.parse('wamp', CONTEXT)).toThrow(/reserved/);
  });
});
