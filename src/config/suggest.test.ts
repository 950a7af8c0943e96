import { describe, expect, it } from 'vitest';
import { GATEWAY_PREFIXES, GATEWAY_SCOPES, TOP_SCOPES } from './schema/scopes.js';
import { type KeyTable, matchKey, type Scope } from './schema/spec.js';
import { createSuggester } from './suggest.js';

const { nearest, typoOf } = createSuggester({
  services: [{ name: 'billing', procedures: ['get_invoice', 'create_invoice'] }],
  listeners: ['main'],
});

const FILLED: Readonly<Record<string, string>> = {
  $service: 'billing',
  $proc: 'get_invoice',
  $name: 'customer',
  $status: '404',
  $key: 'client_id',
  $var: 'client_secret',
};

/** Every key of the schema with names filled in, and which of its letters come from the schema. */
function everyKey(): { key: string; fixed: boolean[] }[] {
  const scopes = [
    ...GATEWAY_PREFIXES.flatMap((prefix) => GATEWAY_SCOPES.map((scope) => ({ scope, before: `${prefix}.` }))),
    ...TOP_SCOPES.map((scope) => ({ scope, before: '' })),
  ];
  return scopes.flatMap(({ scope, before }) =>
    Object.entries(scope.keys as KeyTable).flatMap(([pattern, spec]) => {
      const whole =
        'record' in spec ? Object.keys(spec.record.keys).map((field) => `${pattern}.${field}`) : [pattern];
      return whole.map((key) => fill(`${before}${scope.path}.${key}`, scope));
    }),
  );
}

function fill(pattern: string, scope: Scope): { key: string; fixed: boolean[] } {
  let key = '';
  const fixed: boolean[] = [];
  for (const piece of pattern.split(/(\$\w+)/)) {
    const name = scope.path === 'listeners.$name' && piece === '$name' ? 'main' : FILLED[piece];
    key += name ?? piece;
    fixed.push(...Array.from(name ?? piece, () => name === undefined));
  }
  return { key, fixed };
}

/** All misspellings of `key` by one edit at a letter that comes from the schema. */
function typosOf({ key, fixed }: { key: string; fixed: boolean[] }): string[] {
  const letters = 'abcdefghijklmnopqrstuvwxyz_.';
  const typos = new Set<string>();
  for (let at = 0; at < key.length; at++) {
    if (fixed[at] !== true) continue;
    const before = key.slice(0, at);
    typos.add(before + key.slice(at + 1));
    if (fixed[at + 1] === true) typos.add(before + key[at + 1] + key[at] + key.slice(at + 2));
    for (const letter of letters) {
      typos.add(before + letter + key.slice(at + 1));
      typos.add(before + letter + key.slice(at));
    }
  }
  typos.delete(key);
  return [...typos].filter((typo) => !isKnown(typo));
}

/** Tells whether a typo makes another valid key, so that it cannot be recognized. */
function isKnown(key: string): boolean {
  const steps = key.split('.');
  if (GATEWAY_PREFIXES.some((prefix) => prefix === steps[0])) {
    const [, services, service = '', procedures, proc = ''] = steps;
    if (services !== 'services' || service === '') return false;
    const isProcedure = procedures === 'procedures' && proc !== '';
    const scope = GATEWAY_SCOPES[isProcedure ? 0 : 1] as Scope;
    return matchKey(scope.keys, steps.slice(isProcedure ? 5 : 3).join('.')) !== undefined;
  }
  const scope = TOP_SCOPES.find(({ path }) => path.split('.')[0] === steps[0]);
  const depth = scope?.path.includes('$') ? 2 : 1;
  return scope !== undefined && matchKey(scope.keys, steps.slice(depth).join('.')) !== undefined;
}

/**
 * All of the about 360,000 typos take half a minute. TYPOS=all tests all of them; the default is
 * every 101st typo of each key.
 */
const STEP = process.env['TYPOS'] === 'all' ? 1 : 101;

describe('a suggester', () => {
  it('suggests the right key for at least 95 % of all typos of one edit', {
    timeout: 600_000,
  }, () => {
    const keys = everyKey();
    expect(keys.length).toBeGreaterThanOrEqual(198);
    let all = 0;
    let right = 0;
    keys.forEach((entry, index) => {
      const typos = typosOf(entry).filter((_, at) => at % STEP === index % STEP);
      all += typos.length;
      right += typos.filter((typo) => nearest(typo) === entry.key).length;
    });
    if (STEP === 1) console.log(`${right} of ${all} typos have the right suggestion`);
    expect(all).toBeGreaterThan(3000);
    expect(right / all).toBeGreaterThanOrEqual(0.95);
  });

  it('finds typos in the middle of a path, and typos that add or remove a dot', () => {
    const wanted = 'rpc_gateway.services.billing.procedures.get_invoice.response.headers';
    for (const typo of [
      'rpc_gateway.service.billing.procedures.get_invoice.response.headers',
      'rpc_gateway.services.billing.procedure.get_invoice.response.headers',
      'rpc_gateway.servicesbilling.procedures.get_invoice.response.headers',
      'rpc_gateway.services.billingprocedures.get_invoice.response.headers',
      'rpc_gateway.services.billing.proced.ures.get_invoice.response.headers',
      'rpc_gateway.services.billing.procedures.get_invoice.response_headers',
      'rpcgateway.services.billing.procedures.get_invoice.response.headers',
      'rpc.gateway.services.billing.procedures.get_invoice.response.headers',
    ]) {
      expect([typo, nearest(typo), typoOf(typo)]).toEqual([typo, wanted, wanted]);
    }
  });

  it('keeps the names of the misspelt key, known or not', () => {
    expect(nearest('rpc_gateway.services.new.timout')).toBe('rpc_gateway.services.new.timeout');
    expect(nearest('http_connector.services.a.header.X-$&')).toBe('http_connector.services.a.headers.X-$&');
  });

  it('suggests the right place for a key in the wrong place', () => {
    const service = 'rpc_gateway.services.billing';
    expect(nearest(`${service}.procedures.get_invoice.timeout`)).toBe(`${service}.timeout`);
    expect(nearest(`${service}.path`)).toBe(`${service}.procedures.get_invoice.path`);
    expect(nearest('rpc_gateway.services.new.body.a')).toBe(
      'rpc_gateway.services.new.procedures.NAME.body.a',
    );
  });

  it('suggests nothing for a key that resembles no known key', () => {
    expect(nearest('erlang.schedulers.force_wakeup_interval')).toBeUndefined();
    expect(typoOf('rpc_gateway.services.billing.colour')).toBeUndefined();
    expect(nearest(`rpc_gateway.${'x'.repeat(100_000)}`)).toBeUndefined();
  });
});
