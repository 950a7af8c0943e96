/** The routers for handwritten callees: ours, and those that `npm run bench:peers` installs. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CROSSBAR, CROSSBAR_VERSION, NEXUS, NEXUS_VERSION } from '../peers/places.js';
import { answers, freePort } from '../ports.js';
import { run, start } from '../processes.js';

/** @typedef {{ key: string, name: string, url: string, pids: number[] }} RunningRouter */

/**
 * @param {string[]} [args] the file of a Unix socket that the router opens too
 * @returns {Promise<RunningRouter>}
 */
export async function ourRouter(args) {
  const { pid, ready } = await start('./router.js', args);
  return { key: 'ours', name: 'our router', url: ready.url, pids: [pid] };
}

/** @returns {Promise<RunningRouter | undefined>} undefined if it is not installed */
export async function nexus() {
  if (!existsSync(NEXUS)) return undefined;
  const port = await freePort();
  const { pid } = await run(NEXUS, [String(port)], () => answers(port));
  return { key: 'nexus', name: `nexus ${NEXUS_VERSION}`, url: `ws://127.0.0.1:${port}/`, pids: [pid] };
}

/**
 * Crossbar.io, with its own REST callee for the upstream.
 *
 * @returns {Promise<RunningRouter | undefined>} undefined if it is not installed
 */
export async function crossbar(upstreamPort) {
  if (!existsSync(CROSSBAR)) return undefined;
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'bench-crossbar-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, '.crossbar'));
  const config = crossbarConfig(port, upstreamPort);
  writeFileSync(join(folder, '.crossbar', 'config.json'), JSON.stringify(config));
  const { pid } = await run(
    CROSSBAR,
    ['start', '--loglevel', 'none', '--cbdir', join(folder, '.crossbar')],
    () => answers(port),
  );
  return {
    key: 'crossbar',
    name: `Crossbar.io ${CROSSBAR_VERSION}`,
    url: `ws://127.0.0.1:${port}/`,
    pids: [pid],
  };
}

function crossbarConfig(port, upstreamPort) {
  const everything = { call: true, register: true, publish: true, subscribe: true };
  return {
    version: 2,
    controller: {},
    workers: [
      {
        type: 'router',
        realms: [
          {
            name: 'com.example.myrealm',
            roles: [
              {
                name: 'anonymous',
                permissions: [{ uri: '', match: 'prefix', allow: everything, disclose: {}, cache: true }],
              },
            ],
          },
        ],
        transports: [
          {
            type: 'websocket',
            endpoint: { type: 'tcp', port, interface: '127.0.0.1' },
            auth: { anonymous: { type: 'static', role: 'anonymous' } },
            options: { max_frame_size: 0, max_message_size: 0 },
          },
        ],
      },
      {
        type: 'container',
        components: [
          {
            type: 'class',
            classname: 'crossbar.bridge.rest.RESTCallee',
            realm: 'com.example.myrealm',
            extra: { procedure: 'com.billing.rest', baseurl: `http://127.0.0.1:${upstreamPort}` },
            transport: {
              type: 'websocket',
              endpoint: { type: 'tcp', host: '127.0.0.1', port },
              url: `ws://127.0.0.1:${port}/`,
            },
          },
        ],
      },
    ],
  };
}
