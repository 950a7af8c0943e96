import type { ChildProcess } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../support/free-port.js';
import { endProgram, startProgram } from '../../support/processes.js';
import { createTemporaryFolder } from '../../support/temporary-folder.js';
import { crossbarConfig } from './crossbar.js';
import { nexusConfig } from './nexus.js';

/** Where a router listens. */
export interface Places {
  readonly websocket: number;
  readonly rawsocket: number;
  readonly unix: string;
}

/** A router of another project, as a process. */
export interface ForeignRouter {
  /** URL for callers, over WebSocket. */
  readonly url: string;
  /** All its URLs, by transport. */
  readonly urls: Readonly<Record<Transport, string>>;
  /** Starts it again on the same addresses. Resolves when it accepts connections. */
  start(): Promise<void>;
  kill(): Promise<void>;
  close(): Promise<void>;
}

export const TRANSPORTS = ['WebSocket', 'RawSocket', 'Unix socket'] as const;
export type Transport = (typeof TRANSPORTS)[number];

export interface RouterProgram {
  readonly name: 'Crossbar.io' | 'nexus';
  readonly isInstalled: boolean;
}

const PEERS = fileURLToPath(new URL('../../../node_modules/.cache/bench-peers/', import.meta.url));
export const CROSSBAR = `${PEERS}crossbar/bin/crossbar`;
const NEXUS = `${PEERS}nexus`;
/** The router that nexus offers as a program. */
export const NEXUSD = `${PEERS}nexusd`;

export const CROSSBAR_PROGRAM = program('Crossbar.io', CROSSBAR);
export const NEXUS_PROGRAM = program('nexus', NEXUS);
export const ROUTER_PROGRAMS: readonly RouterProgram[] = [CROSSBAR_PROGRAM, NEXUS_PROGRAM];

export function program(name: RouterProgram['name'], path: string): RouterProgram {
  const isInstalled = existsSync(path);
  if (!isInstalled) {
    const missing = `${name} is not installed: run npm run bench:peers`;
    if (process.env['CI']) throw new Error(missing);
    console.warn(`skipped: ${missing}`);
  }
  return { name, isInstalled };
}

/** Starts a router with the realms and users of plan.ts. */
export async function startRouter({ name }: RouterProgram): Promise<ForeignRouter> {
  const folder = createTemporaryFolder();
  const places = {
    websocket: await freePort(),
    rawsocket: await freePort(),
    unix: `${folder.path}/router.sock`,
  };
  const launch = name === 'nexus' ? nexus : crossbar;
  const { command, args } = launch(places, folder.write);
  let child: ChildProcess | undefined;

  const router: ForeignRouter = {
    url: `ws://127.0.0.1:${places.websocket}/`,
    urls: {
      WebSocket: `ws://127.0.0.1:${places.websocket}/`,
      RawSocket: `rs://127.0.0.1:${places.rawsocket}`,
      'Unix socket': `rs://unix:${places.unix}`,
    },
    async start() {
      // A killed router leaves its socket.
      rmSync(places.unix, { force: true });
      const started = startProgram(command, args(folder.path));
      child = started.child;
      const ended = new Promise<never>((_, reject) => {
        started.child.once('exit', () => reject(new Error(`${name} ended: ${started.output()}`)));
      });
      ended.catch(() => {});
      await Promise.race([ended, accepts(places)]);
    },
    async kill() {
      if (child !== undefined) await endProgram(child, 'SIGKILL');
    },
    async close() {
      await router.kill();
      folder.remove();
    },
  };
  await router.start();
  return router;
}

interface Launch {
  readonly command: string;
  readonly args: (folder: string) => readonly string[];
}
type Write = (name: string, text: string) => string;

function nexus(places: Places, write: Write): Launch {
  const file = write('nexus.json', JSON.stringify(nexusConfig(places)));
  return { command: NEXUS, args: () => [file] };
}

function crossbar(places: Places, write: Write): Launch {
  write('.crossbar/config.json', JSON.stringify(crossbarConfig(places)));
  return {
    command: CROSSBAR,
    args: (folder) => ['start', '--loglevel', 'warn', '--cbdir', `${folder}/.crossbar`],
  };
}

/** Resolves when every address accepts connections. */
async function accepts({ websocket, rawsocket, unix }: Places): Promise<void> {
  const addresses = [
    { host: '127.0.0.1', port: websocket },
    { host: '127.0.0.1', port: rawsocket },
    { path: unix },
  ];
  for (const address of addresses) {
    while (!(await canConnect(address))) await delay(50);
  }
}

function canConnect(address: { host: string; port: number } | { path: string }): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
