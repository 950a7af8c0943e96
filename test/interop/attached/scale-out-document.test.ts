import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectCaller } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { readDocument } from '../../support/documents.js';
import { freePort } from '../../support/free-port.js';
import { startGatewayProcess } from '../../support/gateway-process.js';
import { blockBelow } from '../../support/markdown-blocks.js';
import { endProgram, startProgram } from '../../support/processes.js';
import { type RecordingUpstream, startRecordingUpstream } from '../../support/recording-upstream.js';
import { createTemporaryFolder } from '../../support/temporary-folder.js';
import { REALM } from './plan.js';
import { CROSSBAR, NEXUSD, program } from './routers.js';

const DOCUMENT = readDocument('docs/scale-out.md');

/** The routers of docs/scale-out.md, as programs that people install. */
const ROUTERS = [
  {
    ...program('Crossbar.io', CROSSBAR),
    command: CROSSBAR,
    file: '.crossbar/config.json',
    args: (folder: string) => ['start', '--loglevel', 'warn', '--cbdir', `${folder}/.crossbar`],
    path: '/ws',
  },
  {
    ...program('nexus', NEXUSD),
    command: NEXUSD,
    file: 'nexus.json',
    args: (folder: string) => ['-c', `${folder}/nexus.json`],
    path: '/',
  },
] as const;

describe.each(ROUTERS)(
  'docs/scale-out.md, section $name',
  ({ name, isInstalled, command, file, args, path }) => {
    const closeLater = closeAfterEach();
    const folder = createTemporaryFolder();
    let upstream: RecordingUpstream;
    beforeAll(async () => {
      upstream = await startRecordingUpstream(() => ({ json: { id: 'INV-001' } }));
    });
    afterAll(async () => {
      await upstream.close();
      folder.remove();
    });

    it.skipIf(!isInstalled)('runs as it stands, but for ports and hosts, with two gateways', async () => {
      const port = await freePort();
      folder.write(file, blockBelow(DOCUMENT, name, 'json').replace('8080', `${port}`));
      const router = startProgram(command, args(folder.path));
      closeLater({ close: () => endProgram(router.child, 'SIGKILL') });

      const url = `ws://127.0.0.1:${port}${path}`;
      const lines = blockBelow(DOCUMENT, name, 'ini');
      expect(lines).toContain(`router.url = ws://router:8080${path}\n`);
      const configuration = `${lines}\n${blockBelow(DOCUMENT, 'Attach a gateway', 'ini')}`
        .replace(/ws:\S+/, url)
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the file
        .replace('${ROUTER_SECRET}', 'change-me');
      const gateways = ['first', 'second'].map((base) =>
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the file
        startGatewayProcess(configuration.replace('${BILLING_URL}', `${upstream.url}/${base}`)),
      );
      for (const gateway of gateways) closeLater(gateway);
      for (const gateway of gateways) {
        expect(await gateway.ready).toBe(`ready: 1 procedures in 1 realms, attached to ${url}`);
      }

      const caller = closeLater(await connectCaller(url, REALM));
      for (let call = 0; call < 4; call++) {
        expect(await caller.call('com.billing.get_invoice', { id: 'INV-001' })).toMatchObject({
          kind: 'result',
          kwargs: { status: 200, body: { id: 'INV-001' } },
        });
      }
      expect(upstream.requests.map(({ url }) => url).toSorted()).toEqual(
        ['first', 'first', 'second', 'second'].map((base) => `/${base}/invoices/INV-001`),
      );
    });
  },
);
