import { describe, expect, it } from 'vitest';
import { createFakeHost } from '../../test/support/fake-host.js';
import { printError, printResult } from './print-outcome.js';

describe('a result', () => {
  const shown = (payload: Parameters<typeof printResult>[0], json = false): string => {
    const host = createFakeHost();
    printResult(payload, json, host);
    expect(host.err()).toBe('');
    return host.out();
  };

  it('shows status and body', () => {
    expect(shown({ kwargs: { status: 200, body: { id: 'INV-001' } } })).toBe(
      '200 OK\n{\n  "id": "INV-001"\n}\n',
    );
    expect(shown({ kwargs: { status: 204, body: '' } })).toBe('204 No Content\n');
    expect(shown({ kwargs: { status: 299, body: 'plain\u001b[2J' } })).toBe('299\nplain\\u001b[2J\n');
    expect(shown({ kwargs: { status: 200, body: null, headers: { etag: 'x' } } })).toBe(
      '200 OK\n{\n  "headers": {\n    "etag": "x"\n  }\n}\nnull\n',
    );
  });

  it('is unwrapped if it is the only argument, and shown unchanged otherwise', () => {
    expect(shown({ args: [{ status: 200, body: 'x' }], kwargs: {} })).toBe('200 OK\nx\n');
    expect(shown({ args: [3], kwargs: {} })).toBe('3\n');
    expect(shown({ args: [1, 2] })).toBe('[\n  1,\n  2\n]\n');
    expect(shown({})).toBe('{}\n');
  });

  it('prints kwargs as one line of JSON with exact big integers', () => {
    const kwargs = { status: 200, body: { n: 9007199254740993n } };
    expect(shown({ args: [], kwargs }, true)).toBe('{"status":200,"body":{"n":9007199254740993}}\n');
    expect(shown({ args: [{ status: 200, body: '' }] }, true)).toBe('{"status":200,"body":""}\n');
  });

  it('escapes control characters in JSON without changing its value', () => {
    const body = '\u001b[2J\u007f\u009b31m\u0085é\u2028';
    const line = shown({ kwargs: { body, ['\u009b']: 1 } }, true);
    expect(line).toBe('{"body":"\\u001b[2J\\u007f\\u009b31m\\u0085é\u2028","\\u009b":1}\n');
    expect(JSON.parse(line)).toEqual({ body, ['\u009b']: 1 });
  });

  it('is coloured on a terminal', () => {
    const host = createFakeHost({}, { terminal: true });
    printResult({ kwargs: { status: 200, body: 1 } }, false, host);
    expect(host.out()).toBe('\u001b[1;32m200 OK\u001b[0m\n\u001b[33m1\u001b[0m\n');
  });
});

describe('an error', () => {
  it('prints URI, status and body on stderr if it comes from the upstream', () => {
    const host = createFakeHost();
    printError('wamp.error.not_found', { kwargs: { status: 404, body: { error: 'no' } } }, false, host);
    expect(host.err()).toBe('error wamp.error.not_found\n404 Not Found\n{\n  "error": "no"\n}\n');
    expect(host.out()).toBe('');
  });

  it('prints message, code, id and attempts if it comes from the gateway', () => {
    const host = createFakeHost();
    const message = 'The upstream cannot be reached';
    const kwargs = { status: 502, message, body: message, code: 'connect', id: 'a1b2', attempts: 3 };
    printError('bondy.error.bad_gateway', { kwargs }, true, host);
    expect(host.err()).toBe(
      'error bondy.error.bad_gateway\nThe upstream cannot be reached\nstatus 502, code connect, id a1b2, attempts 3\n',
    );
    expect(host.out()).toBe(`${JSON.stringify({ error: 'bondy.error.bad_gateway', args: [], kwargs })}\n`);
  });

  it('may have the form of the gateway with any values of another router', () => {
    const host = createFakeHost();
    const kwargs = { code: 'x', id: { toString: 1, valueOf: '\u009b' }, message: [1] };
    printError('com.e', { kwargs }, false, host);
    expect(host.err()).toBe('error com.e\n[1]\ncode x, id {"toString":1,"valueOf":"\\u009b"}\n');
  });

  it('prints its arguments if it comes from the router', () => {
    const host = createFakeHost();
    printError('wamp.error.no_such_procedure', { args: ['no procedure x'], kwargs: {} }, true, host);
    expect(host.err()).toBe('error wamp.error.no_such_procedure\n"no procedure x"\n');
    expect(host.out()).toBe(
      '{"error":"wamp.error.no_such_procedure","args":["no procedure x"],"kwargs":{}}\n',
    );
  });
});
