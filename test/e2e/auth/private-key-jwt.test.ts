import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { billingConf } from '../../support/billing-conf.js';
import { connectCaller } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { startGateway } from '../../support/gateway.js';
import { startIdp } from '../../support/idp.js';
import { keepLog } from '../../support/log-lines.js';
import { checkedBy, startOidcIdp } from '../../support/oidc-idp.js';
import { startRecordingUpstream } from '../../support/recording-upstream.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../support/temporary-folder.js';

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const GET = 'com.billing.get_invoice';
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 });
const KEYS: Readonly<Record<string, KeyPair>> = {
  RS256: RSA,
  PS256: RSA,
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
};
const pem = ({ privateKey }: KeyPair) => privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const jwkOf = ({ publicKey }: KeyPair, kid: string) => ({
  ...publicKey.export({ format: 'jwk' }),
  kid,
  use: 'sig',
});

const closeLater = closeAfterEach();
let folder: TemporaryFolder;
beforeEach(() => {
  folder = createTemporaryFolder();
});
afterEach(() => folder.remove());

const assertion = (idpUrl: string, ...lines: string[]) => [
  `+auth.fetch.url = ${idpUrl}/oauth/token`,
  '+auth.fetch.body_encoding = form',
  '+auth.fetch.body.grant_type = client_credentials',
  '+auth.fetch.body.client_assertion_type = urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
  '+auth.fetch.body.client_assertion = {{assertion}}',
  '+auth.fetch.token_path = access_token',
  '+auth.fetch.expires_in_path = expires_in',
  `+auth.fetch.assertion.key_file = ${folder.path}/key.pem`,
  '+auth.fetch.assertion.iss = {{client_id}}',
  '+auth.apply.format = Bearer {{token}}',
  '+auth.vars.client_id = my-jwt-client',
  ...lines,
];

async function start(apiUrl: string, lines: readonly string[]) {
  const log = keepLog('debug');
  const gateway = await startGateway(billingConf(apiUrl, ...lines), { log: log.log });
  closeLater(() => gateway.stop(0));
  return { caller: closeLater(await connectCaller(gateway.url)), log, gateway };
}

describe('private_key_jwt at a real identity provider', () => {
  /** A provider with one client, whose key is known by `kid`. */
  async function startWith(alg: string, keys: readonly object[]) {
    const idp = await startOidcIdp({
      clients: [
        {
          client_id: 'my-jwt-client',
          token_endpoint_auth_method: 'private_key_jwt',
          token_endpoint_auth_signing_alg: alg as 'RS256',
          jwks: { keys: keys as [] },
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
          id_token_signed_response_alg: 'ES256',
        },
      ],
    });
    closeLater(() => idp.close());
    const api = await startRecordingUpstream(checkedBy(idp));
    closeLater(() => api.close());
    return { idp, api };
  }

  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'])(
    'signs with %s, each time with a new jti',
    async (alg) => {
      const { idp, api } = await startWith(alg, [jwkOf(KEYS[alg]!, 'k1')]);
      folder.write('key.pem', pem(KEYS[alg]!));
      const own = alg === 'PS256' ? ['+auth.fetch.assertion.alg = PS256'] : [];
      const { caller, gateway } = await start(
        api.url,
        assertion(idp.url, '+auth.fetch.assertion.kid = k1', ...own),
      );
      for (let round = 1; round <= 3; round++) {
        expect((await caller.call(GET, { id: 1 })).kwargs).toMatchObject({
          status: 200,
          body: { active: true, client_id: 'my-jwt-client' },
        });
        expect(idp.tokenRequests).toBe(round);
        // The provider refuses a `jti` that it has seen.
        expect(await gateway.act('billing', 'refresh_token')).toMatchObject({ kind: 'done' });
      }
    },
    60_000,
  );

  it('uses a new key as soon as the file has changed', async () => {
    const [old, next] = [KEYS['ES256']!, generateKeyPairSync('ec', { namedCurve: 'P-256' })];
    const { idp, api } = await startWith('ES256', [jwkOf(next, 'k2')]);
    folder.write('key.pem', pem(old));
    const { caller, log, gateway } = await start(api.url, assertion(idp.url));
    expect((await caller.call(GET, { id: 1 })).kwargs).toMatchObject({ status: 503, code: 'auth' });
    expect(log.text()).toContain('status 401 invalid_client');
    folder.write('key.pem', pem(next));
    expect(await gateway.act('billing', 'refresh_token')).toMatchObject({ kind: 'done' });
    expect((await caller.call(GET, { id: 1 })).kwargs).toMatchObject({ status: 200 });
  });
});

describe('the assertion', () => {
  const claimsOf = (text: string) => {
    const jwt = new URLSearchParams(text).get('client_assertion')!.split('.');
    return jwt.slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as object);
  };

  async function startFake(...lines: string[]) {
    const idp = await startIdp();
    closeLater(() => idp.close());
    const api = await startRecordingUpstream();
    closeLater(() => api.close());
    folder.write('key.pem', pem(KEYS['EdDSA']!));
    return { idp, ...(await start(api.url, assertion(idp.origin, ...lines))) };
  }

  it('has the claims of the configuration', async () => {
    const { idp, caller } = await startFake(
      '+auth.fetch.assertion.sub = user"1',
      '+auth.fetch.assertion.aud = https://idp.example.com/',
      '+auth.fetch.assertion.ttl = 5m',
      '+auth.fetch.assertion.kid = k1',
      '+auth.fetch.assertion.claims.scope = a b',
      '+auth.fetch.assertion.claims.realm = {{realm}}',
    );
    await caller.call(GET, { id: 1 });
    const [header, claims] = claimsOf(idp.requests[0]!.text) as [object, { iat: number; exp: number }];
    expect(header).toEqual({ alg: 'EdDSA', typ: 'JWT', kid: 'k1' });
    expect(claims).toEqual({
      iss: 'my-jwt-client',
      sub: 'user"1',
      aud: 'https://idp.example.com/',
      scope: 'a b',
      realm: 'com.example.myrealm',
      jti: expect.stringMatching(/^[\w-]{36}$/),
      iat: expect.any(Number),
      exp: claims.iat + 300,
    });
    expect(Math.abs(claims.iat - Date.now() / 1000)).toBeLessThan(60);
  });

  it('is meant for the token endpoint, from and about the client, for a minute', async () => {
    const { idp, caller } = await startFake();
    await caller.call(GET, { id: 1 });
    const [, claims] = claimsOf(idp.requests[0]!.text) as [object, { iat: number }];
    expect(claims).toMatchObject({
      iss: 'my-jwt-client',
      sub: 'my-jwt-client',
      aud: `${idp.origin}/oauth/token`,
      exp: claims.iat + 60,
    });
  });

  it('cannot be signed while its key is unreadable, and the log says why without a secret', async () => {
    const { idp, caller, log, gateway } = await startFake();
    await caller.call(GET, { id: 1 });
    const jwt = new URLSearchParams(idp.requests[0]!.text).get('client_assertion')!;
    folder.write('key.pem', 'no key: S3CR3T');
    expect(await gateway.act('billing', 'refresh_token')).toEqual({
      kind: 'failed',
      reason:
        'auth.fetch.assertion.key_file: the file contains no private key in PEM format (-----BEGIN PRIVATE KEY-----)',
    });
    for (const secret of [jwt, jwt.split('.')[2]!, 'S3CR3T', pem(KEYS['EdDSA']!).split('\n')[1]!]) {
      expect(log.text()).not.toContain(secret);
      expect(JSON.stringify(gateway.status())).not.toContain(secret);
    }
    expect(idp.requests).toHaveLength(1);
  });
});
