import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../errors.js';
import { parseConfig } from '../load-config.js';

const SERVICE = 'rpc_gateway.services.billing';

/** The problems of a service with one procedure. `+` stands for the service, `.` for the procedure. */
function problemsOf(lines: readonly string[]): readonly string[] {
  const all = [
    '+base_url = https://billing.example.com',
    '.uri = com.billing.get',
    '.realm = com.example.realm',
  ];
  const text = [...all, ...lines]
    .map((line) => line.replace(/^\+/, `${SERVICE}.`).replace(/^\./, `${SERVICE}.procedures.get.`))
    .join('\n');
  try {
    parseConfig(text, { env: {} });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ key, message }) => `${key.replace(/^.*?billing\./, '')}: ${message}`);
  }
}

describe('The keys of the cache', () => {
  it.each(['get', 'head'])('fit the method %s', (method) => {
    const lines = [
      `.method = ${method}`,
      '.cache = on',
      '.cache.stale_if_error = 5m',
      '+cache.max_size = 1MB',
    ];
    expect(problemsOf(lines)).toEqual([]);
  });

  it.each(['post', 'put', 'patch', 'delete'])('contradict the method %s', (method) => {
    expect(problemsOf([`.method = ${method}`, '.cache = on'])).toEqual([
      `procedures.get.cache: contradicts method = ${method}: only the responses to GET and HEAD are stored; leave cache out, or use method = get`,
    ]);
  });

  it.each(['response.stream = sse', 'response.stream_idle = 5s'])('contradict %s', (line) => {
    const [key] = line.split(' ');
    expect(problemsOf(['.cache = on', `.${line}`])).toEqual([
      `procedures.get.${key}: contradicts cache = on: a response that may be stored is read as a whole`,
    ]);
    expect(problemsOf(['.cache = on', '.response.stream = off'])).toEqual([]);
  });

  it.each([
    '.headers.If-None-Match = 1',
    '+headers.range = bytes=0-9',
    '.headers.Cache-Control = max-age=0, no-store',
  ])('contradict the header in %s', (line) => {
    const name = /headers\.(\S+)/.exec(line)?.[1];
    expect(problemsOf(['.cache = on', line])).toEqual([
      `procedures.get.cache: contradicts headers.${name}: a request with this header passes the cache by`,
    ]);
    expect(problemsOf(['.cache = on', '.headers.If-None-Match = {{etag}}'])).toEqual([]);
    expect(problemsOf(['.cache = on', '.headers.Cache-Control = no-cache'])).toEqual([]);
  });

  it('contradict signatures, which differ in each request', () => {
    expect(problemsOf(['.cache = on', '+auth.sign = aws_sigv4'])).toContain(
      'procedures.get.cache: contradicts auth.sign: each request has another signature, so no stored response would fit it',
    );
  });

  it('need a cache', () => {
    expect(problemsOf(['.cache.stale_if_error = 5m', '+cache.max_size = 1MB'])).toEqual([
      'procedures.get.cache.stale_if_error: has no effect: no response is stored without cache = on',
      'cache.max_size: has no effect: no procedure of the service has cache = on',
    ]);
  });
});
