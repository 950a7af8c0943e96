import { describe, expect, it } from 'vitest';
import { billingConf } from '../../test/support/billing-conf.js';
import { parseConfig } from '../config/load-config.js';
import type { HttpRequest } from '../upstream/http-message.js';
import { isPlaceable, placeCredential, readPlacement } from './placement.js';

const request: HttpRequest = {
  method: 'GET',
  origin: 'https://h',
  path: '/x',
  headers: ['A', 'a'],
  body: undefined,
};

function placement(...lines: string[]) {
  const conf = billingConf('https://h', '+auth.vars.token = t', ...lines);
  return readPlacement(parseConfig(conf, { env: {} }).services[0]!.settings);
}
const inQuery = ['+auth.apply.placement = query_param', '+auth.apply.name = api key'];

describe('a credential in a header', () => {
  it('is by default the token in Authorization', () => {
    const placed = placeCredential(request, placement(), placement().format('t', new Map()) ?? '');
    expect(placed.headers).toEqual(['A', 'a', 'Authorization', 't']);
  });
  it('fills the variables of the format, or masks them', () => {
    const { format, shown } = placement('+auth.vars.user = u', '+auth.apply.format = Key {{user}}:{{token}}');
    expect(format('{{user}}', new Map([['user', 'u']]))).toBe('Key u:{{user}}');
    expect(shown((name) => `$${name}`)).toBe('Key $user:$token');
  });
  it('shows nothing of the environment', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the file
    const conf = billingConf('https://h', '+auth.vars.token = t', '+auth.apply.format = ${PREFIX}.{{token}}');
    const { settings } = parseConfig(conf, { env: { PREFIX: 's3cret' } }).services[0]!;
    expect(readPlacement(settings).shown(() => '$TOKEN')).toBe('***.$TOKEN');
  });
  it.each(['a\r\nb', 'a\0', '€'])('cannot be %j', (text) => {
    expect(isPlaceable(text, placement())).toBe(false);
  });
});

describe('a credential in the query', () => {
  it('is appended to the query, with name and value encoded', () => {
    expect(placeCredential(request, placement(...inQuery), 'a&b').path).toBe('/x?api%20key=a%26b');
    expect(placeCredential({ ...request, path: '/x?y=z' }, placement(...inQuery), 'é').path).toBe(
      '/x?y=z&api%20key=%C3%A9',
    );
  });
  it('cannot contain a lone surrogate', () => {
    expect(isPlaceable('\ud800', placement(...inQuery))).toBe(false);
    expect(isPlaceable('€', placement(...inQuery))).toBe(true);
  });
});
