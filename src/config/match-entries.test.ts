import { describe, expect, it } from 'vitest';
import { entryId, matchEntries } from './match-entries.js';
import { createProblems } from './problems.js';
import { readTextEntries } from './syntax/includes.js';

function match(text: string) {
  const problems = createProblems();
  const notices = createProblems();
  const raw = matchEntries(readTextEntries(text, 'f', problems), problems, notices);
  return { raw, problems: problems.sorted(), notices: notices.sorted() };
}

describe('matchEntries', () => {
  it('records the first line of a service, with either prefix', () => {
    const { raw } = match(
      '\nhttp_connector.services.a.procedures.p.method = get\nrpc_gateway.services.a.timeout = 1s\nrpc_gateway.services.a.procedures.p.path = /',
    );
    const service = raw.services.get('a');
    expect(service?.first?.line).toBe(2);
    expect(service?.path).toBe('http_connector.services.a');
    expect(service?.procedures.get('p')?.values.size).toBe(2);
  });

  it('does not create a service for an unknown key', () => {
    const { raw, problems } = match('rpc_gateway.services.a.timout = 1s');
    expect(raw.services.size).toBe(0);
    expect(problems).toHaveLength(1);
  });

  it('keeps the last of several values, and compares names of headers without case', () => {
    const { raw, notices } = match(
      ['headers.X-A = 1', 'headers.x-a = 2', 'query.a = 3', 'query.A = 4', 'timeout = 1s', 'timeout = 2s']
        .map((line) => `rpc_gateway.services.a.${line}`)
        .join('\n'),
    );
    const values = raw.services.get('a')?.values;
    expect(values?.get(entryId('headers.$name', 'x-a'))?.entry.line).toBe(2);
    expect(values?.get(entryId('timeout'))?.entry.line).toBe(6);
    expect(values?.size).toBe(4);
    expect(notices.map(({ line }) => line)).toEqual([2, 6]);
  });

  it('accepts names of built-in properties', () => {
    const { raw, problems } = match(
      'rpc_gateway.services.__proto__.timeout = 1s\nrpc_gateway.services.constructor.procedures.toString.method = get\n__proto__.a = 1\nconstructor = 1\ntoString = 1',
    );
    expect([...raw.services.keys()]).toEqual(['__proto__', 'constructor']);
    expect(problems).toEqual([]);
  });
});
