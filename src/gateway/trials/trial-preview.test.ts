import { describe, expect, it } from 'vitest';
import { billingConf } from '../../../test/support/billing-conf.js';
import { shellWords } from '../../../test/support/shell-words.js';
import { parseConfig } from '../../config/load-config.js';
import type { TrialRequest } from '../../status/trial.js';
import { previewTrial } from './trial-preview.js';

const REALM = 'com.example.myrealm';

function preview(name: string, kwargs: Readonly<Record<string, unknown>>, ...lines: string[]) {
  const config = parseConfig(billingConf('https://h.example.com/api', ...lines), {
    env: { API_KEY: 's3cret' },
  });
  const place = { realm: REALM, uri: `com.billing.${name}` };
  return previewTrial(config, place, kwargs, { userAgent: 'test', uuid: () => 'uuid-1' });
}

function request(name: string, kwargs: Readonly<Record<string, unknown>>, ...lines: string[]): TrialRequest {
  const found = preview(name, kwargs, ...lines);
  if (found.kind !== 'request') throw new Error(found.message);
  return found.request;
}

const header = ({ headers }: TrialRequest, wanted: string): string | undefined =>
  headers.find(({ name }) => name.toLowerCase() === wanted)?.value;

describe('the preview of a call', () => {
  it('is the exact request', () => {
    const { method, url, body, headers } = request('create_invoice', { amount: 2500, note: '€' });
    expect([method, url, body]).toEqual([
      'POST',
      'https://h.example.com/api/invoices',
      '{"amount":2500,"note":"€"}',
    ]);
    expect(headers).toContainEqual({ name: 'User-Agent', value: 'test' });
  });

  it('names secrets as a shell does', () => {
    const shown = request(
      'get_invoice',
      { id: 'a b' },
      '+auth.vars.token = s3cret',
      '+auth.vars.shop-key = s3cret',
      '+auth.apply.format = Bearer {{token}}',
      '+headers.X-Api-Key = {{vars.shop-key}}',
      '+query.key = {{vars.shop-key}}',
      '+cookies.session = {{vars.token}}',
    );
    expect(header(shown, 'authorization')).toBe('Bearer $TOKEN');
    expect(header(shown, 'x-api-key')).toBe('$SHOP_KEY');
    expect(shown.url).toBe('https://h.example.com/api/invoices/a%20b?key=$SHOP_KEY');
    expect(JSON.stringify(shown)).not.toContain('s3cret');
  });

  it('has a command in which the shell fills the secrets', () => {
    const { curl } = request(
      'get_invoice',
      { id: "it's" },
      '+auth.vars.token = s3cret',
      '+auth.apply.format = Bearer {{token}}',
      '+query.shop = {{vars.token}}',
    );
    expect(curl).toContain(`'Authorization: Bearer '"$TOKEN"''`);
    expect(curl).toContain(`/invoices/it'\\''s?shop='"$TOKEN"''`);
    const words = shellWords(curl.replaceAll('"$TOKEN"', "'s3cret'")).map(String);
    expect(words).toContain('Authorization: Bearer s3cret');
  });

  it('masks what the configuration takes from the environment', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the file
    const shown = request('get_invoice', { id: 1 }, '+headers.X-Shop = ${API_KEY}');
    expect(header(shown, 'x-shop')).toBe('***');
  });

  it('has the console as its caller', () => {
    const shown = request(
      'get_invoice',
      { id: 1 },
      '+headers.X-Caller = {{caller.authid}} {{caller.authrole}} {{caller.session}} {{realm}}',
    );
    expect(header(shown, 'x-caller')).toBe(`console console 0 ${REALM}`);
  });

  it('says what is wrong with the kwargs', () => {
    expect(preview('get_invoice', {})).toEqual({
      kind: 'bad_request',
      message: 'Missing required path variable: id',
    });
  });
});
