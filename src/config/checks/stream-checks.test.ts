import { describe, expect, it } from 'vitest';
import { billingConf } from '../../../test/support/billing-conf.js';
import type { ConfigError } from '../../errors.js';
import { parseConfig } from '../load-config.js';

function problemsOf(...lines: string[]): string[] {
  const own = lines.map((line) => `+procedures.get_invoice.${line}`);
  try {
    parseConfig(billingConf('https://billing.example.com/api', ...own), { env: {} });
    return [];
  } catch (error) {
    return (error as ConfigError).problems.map(({ key, message }) => `${key?.split('.').at(-1)}: ${message}`);
  }
}

describe('the keys of streams', () => {
  it.each([
    [['response.stream = sse', 'response.stream_idle = 5m']],
    [['response.stream_idle = 5m']],
    [['response.path = data.items']],
    [['response.stream = off']],
    [['response.stream = off', 'method = head']],
    [['response.decode = bytes']],
    [['response.decode = text', 'response.stream = ndjson']],
  ])('that fit each other are no problem: %j', (lines) => {
    expect(problemsOf(...lines)).toEqual([]);
  });

  it.each([
    [
      ['response.stream = off', 'response.stream_idle = 5m'],
      ['stream_idle: has no effect: response.stream is off'],
    ],
    [
      ['method = head', 'response.stream = sse', 'response.stream_idle = 5m'],
      [
        'stream: has no effect: the response to a HEAD request has no body',
        'stream_idle: has no effect: the response to a HEAD request has no body',
      ],
    ],
    [
      ['pages.next = link', 'response.stream_idle = 5m'],
      ['stream_idle: has no effect with pages.next: each page is read as a whole'],
    ],
    [
      ['response.path = data.items', 'response.stream = sse'],
      ['path: has no effect: with response.stream = sse a response is passed on part by part'],
    ],
    [
      ['response.decode = bytes', 'response.stream = sse'],
      ['stream: contradicts response.decode = bytes, with which a response is never a stream'],
    ],
    [
      ['response.decode = bytes', 'response.stream_idle = 5m'],
      ['stream_idle: contradicts response.decode = bytes, with which a response is never a stream'],
    ],
  ])('that contradict each other are reported: %j', (lines, problems) => {
    expect(problemsOf(...lines)).toEqual(problems);
  });
});
