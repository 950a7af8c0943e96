import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeAfterEach } from '../../test/support/close-after-each.js';
import { createFakeHost } from '../../test/support/fake-host.js';
import { freePort } from '../../test/support/free-port.js';
import { createTemporaryFolder, type TemporaryFolder } from '../../test/support/temporary-folder.js';
import { TLS_FILES } from '../../test/support/tls-fixtures.js';
import { createGateway } from '../assembly/create-gateway.js';
import { loadConfig } from '../config/load-config.js';
import type { AdminTlsOptions } from './admin-tls.js';
import { CommandFailure, EXIT } from './host.js';
import { reload } from './reload.js';
import { status } from './status.js';

const closeLater = closeAfterEach();
let folder: TemporaryFolder;
beforeEach(() => {
  folder = createTemporaryFolder();
});
afterEach(() => folder.remove());

const OURS = { cert: TLS_FILES.clientCert, key: TLS_FILES.clientKey };

/** Starts a gateway whose admin listener has TLS. With a CA, it demands client certificates. */
async function start({ demands = true } = {}) {
  const port = await freePort();
  const config = folder.write(
    'bondy.conf',
    [
      'listeners.ops.protocol = admin',
      `listeners.ops.port = ${port}`,
      `listeners.ops.tls.certfile = ${TLS_FILES.serverCert}`,
      `listeners.ops.tls.keyfile = ${TLS_FILES.serverKey}`,
      ...(demands ? [`listeners.ops.tls.cacertfile = ${TLS_FILES.ca}`] : []),
      'listeners.clients.port = 0',
    ].join('\n'),
  );
  const readConfig = () => loadConfig(config, { env: {} });
  const gateway = createGateway(readConfig(), { readConfig });
  closeLater(() => gateway.stop(0));
  await gateway.start();
  return { config, url: `https://127.0.0.1:${port}` };
}

const failureOf = (running: Promise<unknown>): Promise<readonly [number, string]> =>
  running.then(
    () => {
      throw new Error('it has not failed');
    },
    (error) => {
      if (!(error instanceof CommandFailure)) throw error;
      return [error.exitCode, error.message];
    },
  );

describe('status and reload over TLS', () => {
  it('present a client certificate to the listener of a configuration', async () => {
    const { config } = await start();
    const host = createFakeHost();
    expect(await status({ config, ...OURS }, host)).toBe(EXIT.ok);
    expect(await reload({ config, ...OURS }, host)).toBe(EXIT.ok);
    expect(host.out()).toContain('The gateway has reloaded: nothing has changed.');
  });

  it('present a client certificate to a URL, and trust the CA that they are given', async () => {
    const { url } = await start();
    const host = createFakeHost();
    expect(await status({ admin: url, ca: TLS_FILES.ca, ...OURS }, host)).toBe(EXIT.ok);
    expect(await reload({ admin: url, ca: TLS_FILES.ca, ...OURS }, host)).toBe(EXIT.ok);
  });

  it('check the CA instead of the file in the configuration, if both are given', async () => {
    const { config } = await start({ demands: false });
    expect(await status({ config, ca: TLS_FILES.ca }, createFakeHost())).toBe(EXIT.ok);
    const [code, message] = await failureOf(status({ config, ca: TLS_FILES.clientCert }, createFakeHost()));
    expect([code, message]).toEqual([EXIT.unreachable, expect.stringContaining('pass the CA with --ca')]);
  });

  it.each<['by its configuration' | 'by its URL']>([['by its configuration'], ['by its URL']])(
    'say that a listener demands a certificate: %s',
    async (way) => {
      const { config, url } = await start();
      const options = way === 'by its URL' ? { admin: url, ca: TLS_FILES.ca } : { config };
      for (const command of [status, reload])
        expect(await failureOf(command(options, createFakeHost()))).toEqual([
          EXIT.unreachable,
          `${url} demands a client certificate that it trusts: pass one with --cert and --key.`,
        ]);
    },
  );

  it('say that a listener does not trust the certificate', async () => {
    const { url } = await start();
    // Its CA is the right one, but it is for servers.
    const other = { cert: TLS_FILES.serverCert, key: TLS_FILES.serverKey };
    const outcome = await failureOf(status({ admin: url, ca: TLS_FILES.ca, ...other }, createFakeHost()));
    expect(outcome).toEqual([EXIT.unreachable, expect.stringContaining('pass one that its CA has signed')]);
  });

  it('do not trust a CA that nobody has named', async () => {
    const { url } = await start({ demands: false });
    expect(await failureOf(status({ admin: url }, createFakeHost()))).toEqual([
      EXIT.unreachable,
      expect.stringMatching(/^https:\S+ has a certificate that no known CA has signed \(UNABLE_TO_VERIFY/),
    ]);
  });

  it.each<[string, AdminTlsOptions, string]>([
    ['a certificate without its key', { cert: TLS_FILES.clientCert }, '--cert and --key belong together'],
    ['a key without its certificate', { key: TLS_FILES.clientKey }, '--cert and --key belong together'],
    ['a URL without TLS', OURS, 'need an admin listener with TLS, but the URL is http://127.0.0.1:9.'],
  ])('refuse %s as a wrong command line', async (_, tls, message) => {
    const admin = `http${message.startsWith('need') ? '' : 's'}://127.0.0.1:9`;
    expect(await failureOf(status({ admin, ...tls }, createFakeHost()))).toEqual([
      EXIT.usage,
      expect.stringContaining(message),
    ]);
  });

  it.each<[string, AdminTlsOptions, RegExp]>([
    [
      'that is not there',
      { ca: '/missing.pem' },
      /^The file of --ca cannot be read: \/missing.pem \(ENOENT\)/,
    ],
    ['that is a folder', { ca: '/' }, /^The file of --ca cannot be read: \/ \(EISDIR\)/],
    ['that is no key', { cert: TLS_FILES.clientCert, key: TLS_FILES.ca }, /^The TLS files cannot be used/],
    [
      'that is the key of another certificate',
      { cert: TLS_FILES.clientCert, key: TLS_FILES.serverKey },
      /^The TLS files cannot be used \(ERR_OSSL_X509_KEY_VALUES_MISMATCH\)/,
    ],
  ])('refuse a file %s', async (_, tls, message) => {
    const running = status({ admin: 'https://127.0.0.1:9', ...tls }, createFakeHost());
    expect(await failureOf(running)).toEqual([EXIT.failed, expect.stringMatching(message)]);
  });
});
