import { describe, expect, it } from 'vitest';
import {
  request,
  retrying,
  sending,
  TLS,
  upstreamFixture,
  within,
} from '../../test/support/upstream-fixture.js';
import { readUpstreamTls } from './tls.js';

const { serve, connect } = upstreamFixture();

describe('TLS', () => {
  const caFile = new URL('../../test/support/tls/ca.pem', import.meta.url).pathname;
  it('refuses a certificate that does not verify, without a retry', async () => {
    const server = await serve(() => ({ body: 'ok' }), { tls: true });
    const { upstream } = connect(server.url, retrying(3));
    const outcome = await upstream.send(sending(request(server.url), true), within(5_000));
    expect(outcome).toMatchObject({
      kind: 'failure',
      code: 'tls',
      permanent: true,
      attempts: 1,
      sent: false,
    });
  });

  it('refuses a certificate for another name in each call', async () => {
    const server = await serve(() => ({ body: 'ok' }), { tls: true });
    const otherName = readUpstreamTls({
      ...TLS,
      'tls.cacertfile': [caFile],
      'tls.servername': 'other.example.com',
    });
    const { upstream } = connect(server.url, retrying(3), { size: 1, tls: otherName });
    for (let count = 0; count < 3; count++) {
      const outcome = await upstream.send(sending(request(server.url, 'POST'), false), within(5_000));
      expect(outcome).toMatchObject({ kind: 'failure', code: 'tls', permanent: true, attempts: 1 });
    }
  });

  it('accepts a certificate of its CA, and any certificate with verify_none', async () => {
    const server = await serve(() => ({ body: 'ok' }), { tls: true });
    const trusting = [
      { ...TLS, 'tls.cacertfile': [caFile] },
      { ...TLS, tls_verify: 'verify_none' as const },
    ];
    for (const options of trusting) {
      const { upstream } = connect(server.url, {}, { tls: readUpstreamTls(options) });
      expect(await upstream.send(sending(request(server.url), true), within(5_000))).toMatchObject({
        kind: 'response',
      });
    }
  });

  it('refuses files without a certificate at the start, not in the first call', () => {
    const noCertificate = new URL(import.meta.url).pathname;
    expect(() =>
      readUpstreamTls({ ...TLS, 'tls.certfile': noCertificate, 'tls.keyfile': noCertificate }),
    ).toThrow(/tls\.certfile/);
  });

  it('fails with `tls` if the server does not use TLS', async () => {
    const server = await serve(() => ({ body: 'ok' }));
    const origin = server.url.replace('http:', 'https:');
    const { upstream } = connect(origin, retrying(1));
    const outcome = await upstream.send(sending(request(origin, 'POST'), false), within(5_000));
    expect(outcome).toMatchObject({ kind: 'failure', code: 'tls', sent: false, attempts: 2 });
  });
});
