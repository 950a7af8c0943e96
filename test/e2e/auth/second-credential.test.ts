import { afterEach, describe, expect, it, vi } from 'vitest';
import { dryRun } from '../../../src/cli/dry-run.js';
import { billingConf } from '../../support/billing-conf.js';
import { createFakeHost } from '../../support/fake-host.js';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';
import { createTemporaryFolder } from '../../support/temporary-folder.js';

const GET = 'com.billing.get_invoice';
const POST = 'com.billing.create_invoice';
const MARK = 'S3CRET-4711';

/** `${MARK}`, as a file has it. */
const FROM_ENV = '$' + '{MARK}';

/** A secret in the environment, which a test may change. */
const SECRET = [
  '+auth.secrets.provider = env',
  '+auth.secrets.vars.sub_key.field = SUB_KEY',
  '+auth.secrets.refresh_interval = 20ms',
];

let fixture: GatewayFixture;
afterEach(() => fixture.close());

const open = (env: Record<string, string>, ...lines: string[]) =>
  openGatewayFixture({ lines, gateway: { env } });

describe("a variable of the service in a template, as an API's second credential", () => {
  it('is sent in every place, encoded as the place requires', async () => {
    fixture = await open(
      { SUB_KEY: 'a&b=c;d é/%' },
      ...SECRET,
      '+headers.X-Sub-Key = {{vars.sub_key}}',
      '+query.key = {{vars.sub_key}}',
      '+cookies.key = {{vars.sub_key}}',
      '+cookies.mixed = {{vars.sub_key}}{{n}}',
      '+procedures.create_invoice.path = /keys/{{vars.sub_key}}/x',
      '+procedures.create_invoice.body.key = {{vars.sub_key}}',
      '+procedures.create_invoice.body.mixed = <{{vars.sub_key}}>',
    );
    await fixture.caller.call(POST, { n: 1 });
    const { url, headers, body } = await fixture.upstream.arrived(1);
    const encoded = encodeURIComponent('a&b=c;d é/%');
    expect(url).toBe(`/keys/${encoded}/x?key=${encoded}`);
    expect(Buffer.from(headers['x-sub-key'] as string, 'latin1').toString('latin1')).toContain('a&b=c;d ');
    expect(headers['cookie']).toBe('key=a&b=c%3Bd%20%C3%A9/%25; mixed=a&b=c%3Bd%20%C3%A9/%251');
    expect(JSON.parse(String(body))).toEqual({ key: 'a&b=c;d é/%', mixed: '<a&b=c;d é/%>' });
  });

  it('cannot be set by a caller, and a kwarg of its name is not lost', async () => {
    fixture = await open({ SUB_KEY: MARK }, ...SECRET, '+headers.X-Sub-Key = {{vars.sub_key}}');
    await fixture.caller.call(GET, {
      id: 1,
      sub_key: 'mine',
      'vars.sub_key': 'mine',
      vars: 'mine',
      _headers: { 'x-sub-key': 'mine' },
    });
    const { url, rawHeaders } = await fixture.upstream.arrived(1);
    expect(url).toBe('/invoices/1?sub_key=mine&vars.sub_key=mine&vars=mine');
    expect(rawHeaders.filter((_, index) => /sub/i.test(rawHeaders[index - 1] ?? ''))).toEqual([MARK]);
  });

  it('has its new value after a change of the secret', async () => {
    const env = { SUB_KEY: 'old' };
    fixture = await open(env, ...SECRET, '+headers.X-Sub-Key = {{vars.sub_key}}');
    const sent = async () => {
      await fixture.caller.call(GET, { id: 1 });
      return fixture.upstream.requests.at(-1)?.headers['x-sub-key'];
    };
    expect(await sent()).toBe('old');
    env.SUB_KEY = 'new';
    await vi.waitFor(async () => expect(await sent()).toBe('new'), { timeout: 5000, interval: 20 });
  });

  it('is a text, even if it consists of digits', async () => {
    fixture = await open({}, '+auth.vars.pin = 1234', '+procedures.create_invoice.body.pin = {{vars.pin}}');
    await fixture.caller.call(POST, {});
    expect(String((await fixture.upstream.arrived(1)).body)).toBe('{"pin":"1234"}');
  });

  it('fails the call with `secrets` while the secret is pending, unless the caller made a mistake', async () => {
    fixture = await open({}, ...SECRET, '+headers.X-Sub-Key = {{vars.sub_key}}');
    expect((await fixture.caller.call(GET, { id: 1 })).kwargs).toMatchObject({
      code: 'secrets',
      status: 503,
    });
    expect((await fixture.caller.call(GET, {})).kwargs).toMatchObject({ code: 'bad_request' });
    expect(fixture.upstream.requests).toEqual([]);
  });

  it.each([
    ['an empty one', '', '+headers.X-Sub-Key = {{vars.sub_key}}'],
    ['a header with a line break', 'a\nb', '+headers.X-Sub-Key = k {{vars.sub_key}}'],
    ['dots in a path', '../x', '+procedures.get_invoice.path = /a/{{vars.sub_key}}/{{id}}'],
    ['U+0000 in a query', 'a\0b', '+query.k = {{vars.sub_key}}'],
    ['U+0000 in a cookie', 'a\0b', '+cookies.k = {{vars.sub_key}}'],
  ])('counts as missing when it cannot be sent: %s', async (_what, value, line) => {
    fixture = await open({ SUB_KEY: value }, ...SECRET, line);
    const { kwargs } = await fixture.caller.call(GET, { id: 1 });
    expect(['auth', 'secrets']).toContain(kwargs['code']);
    expect(fixture.upstream.requests).toEqual([]);
    expect(JSON.stringify(kwargs)).not.toContain(value || MARK);
  });
});

describe('a dry run', () => {
  it('masks the variables of the service and values from the environment', async () => {
    fixture = await openGatewayFixture();
    const folder = createTemporaryFolder();
    const config = folder.write(
      'bondy.conf',
      billingConf(
        `https://api.example.com/v1?a=${FROM_ENV}`,
        '+auth.vars.sub_key = static-S3CRET',
        '+headers.X-One = {{vars.sub_key}}',
        `+headers.X-Two = pre ${FROM_ENV} post`,
        `+query.two = ${FROM_ENV}`,
        `+query.three = {{q:-${FROM_ENV}}}`,
        `+cookies.two = ${FROM_ENV}`,
        `+procedures.create_invoice.path = /x/{{vars.sub_key}}?two=${FROM_ENV}`,
        `+procedures.create_invoice.body.two = ${FROM_ENV}`,
        '+procedures.create_invoice.body.one = {{vars.sub_key}}',
        '+procedures.create_invoice.body.shown = constant',
      ),
    );
    const host = createFakeHost({ MARK });
    await dryRun(POST, { mine: 'shown too' }, { config }, host);
    folder.remove();
    const out = host.out();
    expect(out).not.toMatch(/S3CRET/);
    expect(out).toContain("'X-One: ***'");
    expect(out).toContain("'X-Two: pre *** post'");
    expect(out).toContain(`{"two":"***","one":"***","shown":"constant","mine":"shown too"}`);
    expect(out).toContain('https://api.example.com/v1/x/***?a=***&two=***&two=***&three=***');
  });

  it('masks values from the environment in a path, and shows the host', async () => {
    fixture = await openGatewayFixture();
    const folder = createTemporaryFolder();
    const config = folder.write(
      'bondy.conf',
      billingConf(
        `https://${FROM_ENV.replace('MARK', 'HOST')}:8443/bot${FROM_ENV}/v1`,
        `+procedures.create_invoice.path = /hooks/${FROM_ENV}`,
      ),
    );
    const host = createFakeHost({ MARK, HOST: 'api.example.com' });
    await dryRun(POST, {}, { config }, host);
    folder.remove();
    expect(host.out()).not.toMatch(/S3CRET/);
    expect(host.out()).toContain('https://api.example.com:8443/bot***/v1/hooks/***');
  });
});
