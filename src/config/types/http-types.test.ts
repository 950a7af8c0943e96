import { describe, expect, it } from 'vitest';
import {
  authHeaderTemplate,
  callTemplate,
  cookieName,
  cookieTemplate,
  headerName,
  headerTemplate,
  responseHeaderName,
  wholeBodyTemplate,
} from './http-types.js';
import { ValueError } from './value-error.js';

const CONTEXT = { directory: '/', readFile: () => '' };

describe('headerName', () => {
  it.each(['X-User', 'x_user', "!#$%&'*+-.^_`|~", 'Authorization', 'Content-Type', '0'])(
    'accepts %j',
    (name) => {
      expect(headerName.parse(name, CONTEXT)).toBe(name);
    },
  );

  it.each(['', 'X User', 'X:User', 'X(User)', 'Ä', 'a\r\nb', '"a"'])(
    'refuses %j, which is not a token',
    (name) => {
      expect(() => headerName.parse(name, CONTEXT)).toThrow(/not a header name/);
    },
  );

  it.each([
    ...[
      'Host',
      'content-length',
      'Transfer-Encoding',
      'Connection',
      'Keep-Alive',
      'Upgrade',
      'TE',
      'Trailer',
    ],
    ...['Expect', 'Accept-Encoding', 'Proxy-Authorization', 'PROXY-CONNECTION'],
  ])('refuses %j, which frames the message', (name) => {
    expect(() => headerName.parse(name, CONTEXT)).toThrow(/belongs to the HTTP connection/);
  });
});

describe('responseHeaderName', () => {
  it('accepts any header, and converts it to lower case', () => {
    expect(responseHeaderName.parse('Content-Length', CONTEXT)).toBe('content-length');
    expect(() => responseHeaderName.parse('a b', CONTEXT)).toThrow(ValueError);
  });
});

describe('cookies', () => {
  it('have tokens as names', () => {
    expect(cookieName.parse('lang', CONTEXT)).toBe('lang');
    for (const name of ['', 'a=b', 'a;b', 'a b'])
      expect(() => cookieName.parse(name, CONTEXT)).toThrow(ValueError);
  });

  it.each(['en', '{{lang:-en}}', "a!#$%&'()*+-./:<=>?@[]^_`{|}~"])('accept %j', (value) => {
    expect(cookieTemplate.parse(value, CONTEXT).source).toBe(value);
  });

  it.each(['a b', 'a;b', 'a,b', 'a"b', 'a\\b', 'ä', 'a\tb', '{{a:-x y}}'])('refuse %j', (value) => {
    expect(() => cookieTemplate.parse(value, CONTEXT)).toThrow(/cookie/);
  });
});

describe('header templates', () => {
  it.each(['plain text', 'tab\there', 'é in Latin-1', '{{caller.authid}} of {{realm}}', ''])(
    'accept %j',
    (value) => {
      expect(headerTemplate.parse(value, CONTEXT).source).toBe(value);
    },
  );

  it.each(['Łódź', 'a\rb', 'a\nb', 'a\0b', 'a\u007fb', '{{a:-Ł}}'])('refuse %j', (value) => {
    expect(() => headerTemplate.parse(value, CONTEXT)).toThrow(/Latin-1/);
    expect(() => authHeaderTemplate.parse(value, CONTEXT)).toThrow(/Latin-1/);
  });
});

describe('callTemplate', () => {
  it('accepts only known variables of the caller', () => {
    for (const name of ['caller.authid', 'caller.authrole', 'caller.session', 'callers', 'realm']) {
      expect(callTemplate.parse(`{{${name}}}`, CONTEXT).parts).toEqual([{ name, defaultText: undefined }]);
    }
    for (const name of ['caller', 'caller.ip', 'caller.authid.x', 'Caller.authid', '_headers']) {
      expect(() => callTemplate.parse(`{{${name}}}`, CONTEXT)).toThrow(ValueError);
    }
  });
});

describe('wholeBodyTemplate', () => {
  it('must be exactly one variable', () => {
    expect(wholeBodyTemplate.parse('{{items:-x}}', CONTEXT).parts).toHaveLength(1);
    for (const value of ['', 'text', '{{a}}{{b}}', ' {{a}}', '[{{a}}]']) {
      expect(() => wholeBodyTemplate.parse(value, CONTEXT)).toThrow(/exactly one variable/);
    }
  });
});
