import { describe, expect, it } from 'vitest';
import { guideOAuth2, NO_TOKEN } from '../../support/auth-fixture.js';
import { billingConf } from '../../support/billing-conf.js';
import { ownError } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { type GatewayFixture, openGatewayFixture } from '../../support/gateway-fixture.js';
import { type Idp, startIdp, tokenOf } from '../../support/idp.js';
import { readTlsFixtures, TLS_FILES } from '../../support/tls-fixtures.js';

const GET = 'com.billing.get_invoice';
const CA = `+tls.cacertfile = ${TLS_FILES.ca}`;
const KEYS = [`+tls.certfile = ${TLS_FILES.clientCert}`, `+tls.keyfile = ${TLS_FILES.clientKey}`];
const MUTUAL = { requestCert: true, rejectUnauthorized: true, ca: [readTlsFixtures().ca] };

describe('a token endpoint behind TLS, with the tls keys of the service or its own', () => {
  const closeLater = closeAfterEach();

  /**
   * An API and a token endpoint, both with these options of TLS, and a gateway with these lines.
   */
  async function set(
    tls: object | boolean,
    ...lines: string[]
  ): Promise<{ fixture: GatewayFixture; idp: Idp }> {
    const idp = closeLater(await startIdp(undefined, { tls }));
    const fixture = closeLater(
      await openGatewayFixture({
        conf: (url) => [guideOAuth2(idp.origin), billingConf(url, '+retries = 0', ...lines)].join('\n'),
        upstream: { tls },
      }),
    );
    return { fixture, idp };
  }

  it.each([
    ['a CA of ours', true, [CA]],
    ['several CAs of ours', true, [`+tls.cacertfile = ${TLS_FILES.clientCert}, ${TLS_FILES.ca}`]],
    ["a CA of ours beside the system's", true, [`+tls.cacertfile = system, ${TLS_FILES.ca}`]],
    ['the name that the certificate has', true, [CA, '+tls.servername = upstream.test']],
    [
      'a client certificate each',
      MUTUAL,
      [CA, ...KEYS, ...KEYS.map((line) => line.replace('+', '+auth.fetch.'))],
    ],
    ['no verification each', true, ['+tls_verify = verify_none', '+auth.fetch.tls_verify = verify_none']],
    ['no verification', true, ['+tls_verify = verify_none']],
    ['a client certificate', MUTUAL, [CA, ...KEYS]],
  ])('uses the same keys as the API: %s', async (_, tls, lines) => {
    const { fixture, idp } = await set(tls, ...lines);
    expect((await fixture.caller.call(GET, { id: 1 })).kwargs).toMatchObject({ status: 200 });
    expect(fixture.upstream.requests.map(tokenOf)).toEqual(['token-1']);
    expect(idp.requests).toHaveLength(1);
  });

  it.each([
    ['its CA is unknown', true, []],
    ['its certificate has another name', true, [CA, '+auth.fetch.tls.servername = other.test']],
    ['its CA is not among its own', true, [CA, '+auth.fetch.tls.cacertfile = system']],
    [
      'it is verified, though the API is not',
      true,
      ['+tls_verify = verify_none', '+auth.fetch.tls_verify = verify_peer'],
    ],
    ['it misses a client certificate', MUTUAL, [CA]],
  ])('gets no secret when %s', async (_, tls, lines) => {
    const { fixture, idp } = await set(tls, ...lines);
    const answer = await fixture.caller.call(GET, { id: 1 });
    expect(ownError(answer)).toMatchObject({ ...NO_TOKEN, attempts: 0 });
    expect(idp.requests).toHaveLength(0);
    expect(fixture.upstream.connections).toBe(0);
  });

  it.each([
    ['CAs', [`+tls.cacertfile = ${TLS_FILES.clientCert}`, `+auth.fetch.tls.cacertfile = ${TLS_FILES.ca}`]],
    ['verification', ['+auth.fetch.tls_verify = verify_none']],
    ['CAs, while the API trusts the system', [`+auth.fetch.tls.cacertfile = ${TLS_FILES.ca}`]],
  ])('has %s of its own', async (_, lines) => {
    const { fixture, idp } = await set(true, ...lines);
    expect(ownError(await fixture.caller.call(GET, { id: 1 }))).toMatchObject({ code: 'tls' });
    expect(idp.requests).toHaveLength(1);
    expect(fixture.upstream.requests).toHaveLength(0);
  });

  it('is addressed by its own name, whatever name the API has', async () => {
    const names: string[] = [];
    const SNICallback = (name: string, done: (error: null) => void) => {
      names.push(name);
      done(null);
    };
    const { fixture, idp } = await set({ SNICallback }, CA, '+tls.servername = upstream.test');
    expect((await fixture.caller.call(GET, { id: 1 })).kwargs).toMatchObject({ status: 200 });
    // For an IP address no server name is sent (RFC 6066 section 3).
    expect([names, idp.requests.length]).toEqual([['upstream.test'], 1]);
  });

  it('gets no secret when it speaks plain HTTP', async () => {
    const idp = closeLater(await startIdp());
    const conf = guideOAuth2(idp.origin.replace('http:', 'https:'));
    const fixture = closeLater(
      await openGatewayFixture({ conf: (url) => [conf, billingConf(url, CA)].join('\n') }),
    );
    expect((await fixture.caller.call(GET, { id: 1 })).kwargs).toMatchObject(NO_TOKEN);
    expect(idp.requests).toHaveLength(0);
  });

  it('works beside an API that speaks plain HTTP', async () => {
    const idp = closeLater(await startIdp(undefined, { tls: true }));
    const conf = guideOAuth2(idp.origin);
    const fixture = closeLater(
      await openGatewayFixture({ conf: (url) => [conf, billingConf(url, CA)].join('\n') }),
    );
    expect((await fixture.caller.call(GET, { id: 1 })).kwargs).toMatchObject({ status: 200 });
    expect(fixture.upstream.requests.map(tokenOf)).toEqual(['token-1']);
  });
});
