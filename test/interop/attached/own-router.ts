import { freePort } from '../../support/free-port.js';
import { type GatewayProcess, startGatewayProcess } from '../../support/gateway-process.js';
import { createTemporaryFolder } from '../../support/temporary-folder.js';
import { REALM } from './plan.js';

/** Our own router in a process of its own: `rpc-gateway start` with realms and no service. */
export interface OwnRouter {
  /** URL for callers, over WebSocket. */
  readonly url: string;
  /** URL for gateways, over a Unix socket. */
  readonly socketUrl: string;
  /** Starts it again on the same addresses. Resolves when it is ready. */
  start(): Promise<void>;
  kill(): Promise<void>;
  close(): Promise<void>;
}

/** Starts it with an open realm. */
export async function startOwnRouter(): Promise<OwnRouter> {
  const folder = createTemporaryFolder();
  const port = await freePort();
  const socket = `${folder.path}/router.sock`;
  const conf = `
security.config_file = realms.json
listeners.callers.port = ${port}
listeners.gateways.protocol = rawsocket
listeners.gateways.socket = ${socket}
`;
  const realms = JSON.stringify([{ uri: REALM, security_enabled: false }]);
  let running: GatewayProcess | undefined;
  const router: OwnRouter = {
    url: `ws://127.0.0.1:${port}/ws`,
    socketUrl: `rs://unix:${socket}`,
    async start() {
      running = startGatewayProcess(conf, { 'realms.json': realms });
      await running.ready;
    },
    kill: async () => running?.close(),
    async close() {
      await router.kill();
      folder.remove();
    },
  };
  await router.start();
  return router;
}
