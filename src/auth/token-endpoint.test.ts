import { describe, expect, it } from 'vitest';
import { billingConf } from '../../test/support/billing-conf.js';
import { createFakeClock } from '../../test/support/fake-clock.js';
import { keepLog } from '../../test/support/log-lines.js';
import { testVariables } from '../../test/support/variables.js';
import { parseConfig } from '../config/load-config.js';
import type { UpstreamRequest } from '../upstream/upstream.js';
import { prepareTokenRequests } from './signed-token-request.js';
import { createTokenEndpoint } from './token-endpoint.js';
import { compileTokenRequest } from './token-request.js';

const LINES = [
  '+auth.fetch.url = https://{{host}}.example.com/token',
  '+auth.fetch.token_path = access_token',
  '+auth.fetch.expires_in_path = expires_in',
  '+auth.fetch.body_encoding = form',
  '+auth.fetch.body.client_secret = {{secret}}',
  '+auth.secrets.provider = env',
  '+auth.secrets.vars.host.field = HOST',
  '+auth.secrets.vars.secret.field = SECRET',
];

/** An endpoint that grants a token for the secret `good`, and else responds with `status` and `body`. */
function setUp(
  good: string,
  status = 401,
  body: object = { error: 'invalid_client' },
  expiresIn: unknown = 60,
) {
  const { settings } = parseConfig(billingConf('https://h', ...LINES), { env: {} }).services[0]!;
  const variables = testVariables({ host: 'a', secret: 'one' });
  const sent: string[] = [];
  const closed: string[] = [];
  const clock = createFakeClock();
  const log = keepLog('debug');
  const endpoint = createTokenEndpoint({
    settings,
    variables,
    prepare: prepareTokenRequests(settings, compileTokenRequest(settings, 'agent'), undefined),
    rule: {
      token: { kind: 'path', path: ['access_token'] },
      errorPath: undefined,
      expiresInPath: ['expires_in'],
      isPlaceable: () => true,
    },
    connect: (origin) => ({
      async send({ request }: UpstreamRequest) {
        sent.push(`${origin} ${request.body}`);
        const granted = request.body === `client_secret=${good}`;
        const response = {
          status: granted ? 200 : status,
          headers: [],
          body: Buffer.from(JSON.stringify(granted ? { access_token: 't', expires_in: expiresIn } : body)),
        };
        return { kind: 'response', response, attempts: 1 };
      },
      async close() {
        closed.push(origin);
      },
    }),
    clock,
    log: log.log,
    service: 'billing',
  });
  return { endpoint: { ...endpoint.sourceOf(), close: endpoint.close }, variables, clock, log, sent, closed };
}

describe('a token endpoint', () => {
  it('returns a token with its lifetime', async () => {
    const { endpoint, sent } = setUp('one');
    const key = endpoint.key();
    expect(await endpoint.fetch()).toEqual({
      kind: 'token',
      key,
      value: 't',
      expiresAt: 60_000,
      lifetimeMs: 60_000,
    });
    expect(sent).toEqual(['https://a.example.com client_secret=one']);
  });

  it('gets a new request at once if a refused secret has a newer value', async () => {
    const { endpoint, variables, sent } = setUp('two');
    variables.nextReread = () => variables.change({ host: 'a', secret: 'two' });
    expect(await endpoint.fetch()).toMatchObject({ kind: 'token', key: endpoint.key() });
    expect(sent).toHaveLength(2);
    expect(variables.rereads).toBe(1);
  });

  it('does not get the same credentials twice', async () => {
    const { endpoint, variables, sent } = setUp('two');
    expect(await endpoint.fetch()).toMatchObject({ kind: 'none', cause: expect.stringContaining('401') });
    expect([sent.length, variables.rereads]).toEqual([1, 1]);
  });

  it('does not cause the secret to be read again if it fails otherwise', async () => {
    const { endpoint, variables } = setUp('two', 503, {});
    expect(await endpoint.fetch()).toMatchObject({ kind: 'none' });
    expect(variables.rereads).toBe(0);
  });

  it('reports the refusal after 5 s if the secret takes longer to read', async () => {
    const { endpoint, variables, clock, sent } = setUp('two');
    variables.nextReread = () => new Promise(() => {});
    const fetching = endpoint.fetch();
    await expect.poll(() => variables.rereads).toBe(1);
    clock.advance(5_000);
    expect(await fetching).toMatchObject({ kind: 'none', cause: expect.stringContaining('401') });
    expect(sent).toHaveLength(1);
  });

  it('can move to another host', async () => {
    const { endpoint, variables, sent, closed } = setUp('one');
    await endpoint.fetch();
    variables.change({ host: 'b', secret: 'one' });
    await endpoint.fetch();
    expect(sent[1]).toBe('https://b.example.com client_secret=one');
    expect(closed).toEqual(['https://a.example.com']);
    await endpoint.close();
    expect(closed).toEqual(['https://a.example.com', 'https://b.example.com']);
  });

  it('gets no request while the secret is missing or gives no usable URL', async () => {
    const { endpoint, variables, sent } = setUp('one');
    variables.change(undefined);
    expect(endpoint.key()).toBeUndefined();
    expect(await endpoint.fetch()).toMatchObject({ kind: 'none', key: undefined });
    variables.change({ host: 'a b', secret: 'one' });
    expect(await endpoint.fetch()).toMatchObject({ cause: expect.stringContaining('auth.fetch.url') });
    expect(sent).toEqual([]);
  });

  it('causes one warning for an unreadable expires_in, which is not quoted', async () => {
    const { endpoint, log } = setUp('one', 200, {}, 'S3CR3T');
    for (let i = 0; i < 3; i++) expect(await endpoint.fetch()).toMatchObject({ lifetimeMs: 3_600_000 });
    expect(log.records()).toMatchObject([
      {
        level: 'warn',
        msg: 'the gateway cannot read a lifetime at expires_in_path; it uses default_ttl',
        service: 'billing',
        lifetime_ms: 3_600_000,
      },
    ]);
    expect(log.text()).not.toContain('S3CR3T');
  });
});
