import type { Answer, Caller } from '../../support/caller.js';
import { type GatewayProcess, startGatewayProcess } from '../../support/gateway-process.js';
import type { RecordedRequest, RecordingUpstream } from '../../support/recording-upstream.js';
import { REALM } from './plan.js';

export const PROCEDURE = 'com.billing.get_invoice';

/** Messages of the gateway's log. */
export const NOT_ATTACHED = 'the gateway is not attached to the router; it tries again';
export const ATTACHED = 'the gateway is attached to the router';

/** One procedure on a router. @param lines further lines */
export function attachedConfiguration(routerUrl: string, baseUrl: string, lines = ''): string {
  // The gateways of a test would share the port of the default admin listener.
  return `router.url = ${routerUrl}
listeners.none.enabled = off
rpc_gateway.services.billing.base_url = ${baseUrl}
rpc_gateway.services.billing.procedures.get_invoice.uri = ${PROCEDURE}
rpc_gateway.services.billing.procedures.get_invoice.realm = ${REALM}
rpc_gateway.services.billing.procedures.get_invoice.path = /invoices/{{id}}
${lines}`;
}

/** Gateways with the same procedure on one router, each a process. */
export interface Fleet {
  readonly gateways: readonly GatewayProcess[];
  /** Replaces a gateway. Resolves when the new one is ready. */
  restart(index: number): Promise<void>;
  /** The index of the gateway that sent the request. */
  sender(request: RecordedRequest): number;
  close(): Promise<void>;
}

export async function startFleet(
  { url }: { readonly url: string },
  upstream: RecordingUpstream,
  size: number,
): Promise<Fleet> {
  const start = (index: number): GatewayProcess =>
    startGatewayProcess(attachedConfiguration(url, `${upstream.url}/gateway-${index}`));
  const gateways = Array.from({ length: size }, (_, index) => start(index));
  const fleet: Fleet = {
    gateways,
    async restart(index) {
      await gateways[index]!.close();
      gateways[index] = start(index);
      await gateways[index].ready;
    },
    sender: ({ url }) => Number(/^\/gateway-(\d+)\//.exec(url)?.[1]),
    async close() {
      await Promise.all(gateways.map((gateway) => gateway.close()));
    },
  };
  try {
    await Promise.all(gateways.map(({ ready }) => ready));
  } catch (error) {
    await fleet.close();
    throw error;
  }
  return fleet;
}

/** Calls with ids from 1 on, and how each ended. */
export interface Load {
  /** The calls so far that failed. */
  readonly failed: ReadonlyMap<number, Answer>;
  readonly made: number;
  readonly running: number;
  /** Resolves when this many calls have been made from now on. */
  more(calls: number): Promise<void>;
  /** Stops making calls. Resolves when all have ended. */
  stop(): Promise<void>;
}

/** Upper limit, so that a slow machine does not pile up calls. */
const MAX_RUNNING = 500;
const TICK_MS = 20;

/** Calls the fleet's procedure at a fixed rate. */
export function startLoad(caller: Caller, callsPerSecond: number): Load {
  const failed = new Map<number, Answer>();
  const waiting: { at: number; resolve: () => void }[] = [];
  let made = 0;
  let running = 0;
  let whenIdle = (): void => {};
  const perTick = (callsPerSecond * TICK_MS) / 1000;

  async function call(id: number): Promise<void> {
    running++;
    const answer = await caller.call(PROCEDURE, { id });
    if (answer.kind === 'error') failed.set(id, answer);
    running--;
    if (running === 0) whenIdle();
  }

  const timer = setInterval(() => {
    for (let n = 0; n < perTick && running < MAX_RUNNING; n++) void call(++made);
    for (const { at, resolve } of waiting) if (made >= at) resolve();
  }, TICK_MS);

  return {
    failed,
    get made() {
      return made;
    },
    get running() {
      return running;
    },
    more: (calls) => new Promise((resolve) => waiting.push({ at: made + calls, resolve })),
    async stop() {
      clearInterval(timer);
      if (running === 0) return;
      await new Promise<void>((resolve) => {
        whenIdle = resolve;
      });
    },
  };
}
