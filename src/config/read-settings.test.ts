// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the syntax of the file, not of a template string
import { describe, expect, expectTypeOf, it } from 'vitest';
import { matchEntries, type RawScope } from './match-entries.js';
import { createProblems } from './problems.js';
import { readSettings } from './read-settings.js';
import { SERVICE_SCOPE, type ServiceSettings } from './schema/service.js';
import { readTextEntries } from './syntax/includes.js';
import type { NamedTemplate, Template } from './types/template.js';

function read(lines: readonly string[]) {
  const problems = createProblems();
  const notices = createProblems();
  const text = lines.map((line) => `rpc_gateway.services.a.${line}`).join('\n');
  const raw = matchEntries(readTextEntries(text, 'f', problems), problems, notices);
  const scope = raw.services.get('a') as RawScope;
  const draft = readSettings(SERVICE_SCOPE, scope, { env: {}, readFile: () => '', problems, notices });
  return { draft, messages: () => problems.sorted().map(({ line, key }) => `${line} ${key}`) };
}

describe('readSettings', () => {
  it('uses the defaults of the table', () => {
    const { draft, messages } = read(['base_url = http://a']);
    expect(draft.settings).toMatchObject({
      timeout: 30_000,
      retries: 3,
      'pool.max_response_size': 16 * 1024 ** 2,
    });
    expect(draft.settings.deadline).toBeUndefined();
    expect(messages()).toEqual([]);
  });

  it('leaves out a wrong value, and reports a required key once, either as wrong or as missing', () => {
    const { draft, messages } = read(['timeout = soon', 'base_url =']);
    expect(draft.settings.timeout).toBeUndefined();
    expect(draft.entry('timeout')?.line).toBe(1);
    expect(messages()).toEqual(['1 rpc_gateway.services.a.timeout', '2 rpc_gateway.services.a.base_url']);
    expect(read(['timeout = 1s']).messages()).toEqual(['1 rpc_gateway.services.a.base_url']);
  });

  it('knows the names in families and records, with valid or wrong values', () => {
    const { draft } = read(['auth.vars.a = ${UNSET}', 'auth.vars.b = x', 'auth.secrets.vars.c.field = ']);
    expect([...draft.members('auth.vars.$var')]).toEqual(['a', 'b']);
    expect([...draft.members('auth.secrets.vars.$var')]).toEqual(['c']);
    expect([...(draft.settings['auth.vars'] ?? [])]).toEqual([['b', 'x']]);
    expect(draft.hasAny('auth.secrets')).toBe(true);
    expect(draft.hasAny('auth')).toBe(true);
    expect(draft.hasAny('auth.sec')).toBe(false);
  });

  it('has types that follow the table', () => {
    expectTypeOf<ServiceSettings['timeout']>().toEqualTypeOf<number>();
    expectTypeOf<ServiceSettings['deadline']>().toEqualTypeOf<number>();
    expectTypeOf<ServiceSettings['idempotency_header']>().toEqualTypeOf<string | undefined>();
    expectTypeOf<ServiceSettings['result']>().toEqualTypeOf<'auto' | 'kwargs' | 'args'>();
    expectTypeOf<ServiceSettings['base_url']>().toEqualTypeOf<Template>();
    expectTypeOf<ServiceSettings['headers']>().toEqualTypeOf<readonly NamedTemplate[]>();
    expectTypeOf<ServiceSettings['errors']>().toEqualTypeOf<ReadonlyMap<number, string>>();
    expectTypeOf<ServiceSettings['auth.vars']>().toEqualTypeOf<ReadonlyMap<string, string>>();
    expectTypeOf<ServiceSettings['retry.statuses']>().toEqualTypeOf<readonly number[]>();
  });
});
