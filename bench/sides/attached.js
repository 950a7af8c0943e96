/**
 * The gateway attached to each router, beside the callees that people write for these routers, and
 * beside undici and the gateway with its own router.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startCommand } from '../command.js';
import { start, usage } from '../processes.js';
import { crossbar, nexus, ourRouter } from './routers.js';
import { embeddedSides, handwrittenSide, rawSide, restSide } from './sides.js';

/**
 * Starts all sides that are installed. A gateway and a handwritten callee have a router each, because
 * a router refuses a second callee of the same procedures.
 *
 * @returns {Promise<import('./sides.js').Side[]>}
 */
export async function startAttachedSides({ port }, { connections }) {
  const sides = [rawSide(port, connections), ...(await embeddedSides(port, connections, ['json']))];
  for (const gateways of [1, 2]) {
    const router = await ourRouterOnSocket();
    sides.push(await attachedSide(router, port, connections, gateways));
  }
  for (const startRouter of [nexus, () => crossbar(port)]) {
    const router = await startRouter();
    if (router === undefined) continue;
    sides.push(await attachedSide(router, port, connections, 1));
    sides.push(await handwrittenSide(await startRouter(), port, connections, 'undici'));
    // Its procedure has another URI, so it may share the router with the gateway.
    if (router.key === 'crossbar') sides.push(restSide(router));
  }
  return sides;
}

async function attachedSide(router, port, connections, gateways) {
  const callees = [];
  for (let index = 0; index < gateways; index++) {
    callees.push((await start('./gateway.js', [port, connections, 0, router.attachUrl ?? router.url])).pid);
  }
  const several = gateways > 1 ? ` ×${gateways}` : '';
  return {
    key: `attached${several} to ${router.key}`,
    name: `gateway${several} attached to ${router.name}`,
    open: { way: 'wamp', url: router.url },
    routers: router.pids,
    callees,
  };
}

/** Our router in a process of its own. Gateways join over a Unix socket, callers over a WebSocket. */
async function ourRouterOnSocket() {
  const socket = join(temporaryFolder(), 'router.sock');
  return { ...(await ourRouter([socket])), attachUrl: `rs://unix:${socket}` };
}

function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-router-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Starts the command with 10 procedures, attached to our router. It stays idle while other sides are
 * measured: V8 returns the memory that the start needed to the system within half a minute.
 *
 * @returns {Promise<() => { started: number, idle: number } | undefined>} its resident memory in bytes:
 *   after the start, and at the time of the call
 */
export async function startIdleGateway() {
  const { attachUrl } = await ourRouterOnSocket();
  const { pid } = await startCommand(temporaryFolder(), { procedures: 10, router: attachUrl });
  await delay(1500);
  const started = usage([pid]);
  return () => started && { started: started.rss, idle: usage([pid]).rss };
}
