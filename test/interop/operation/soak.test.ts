import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type Caller, connectCaller } from '../../support/caller.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { freePort } from '../../support/free-port.js';
import { startGatewayProcess } from '../../support/gateway-process.js';
import { IS_THOROUGH } from '../../support/thoroughness.js';

const PROCEDURE = 'com.billing.get_invoice';
const SOAK_MS = IS_THOROUGH ? 120_000 : 20_000;
const CAPACITY_MS = 3_000;
const CONNECTIONS = 4;
const IN_FLIGHT = 64;

/** What the API does with a request, and the outcome that the gateway must count. */
type Behaviour = 'ok' | 'redirect' | 'client_error' | 'server_error' | 'connect' | 'bad_answer';

/** Of 1,000 requests, 50 fail. */
const SHARES: readonly (readonly [Behaviour, number])[] = [
  ['server_error', 20],
  ['connect', 20],
  ['bad_answer', 10],
  ['client_error', 15],
  ['redirect', 5],
  ['ok', 930],
];

function choose(): Behaviour {
  let rest = Math.random() * 1_000;
  for (const [behaviour, share] of SHARES) {
    rest -= share;
    if (rest < 0) return behaviour;
  }
  return 'ok';
}

/** An API that fails at random and counts what it did. */
async function startRandomApi() {
  const did = new Map<string, number>();
  const server = createServer((request, response) => {
    const behaviour = choose();
    did.set(behaviour, (did.get(behaviour) ?? 0) + 1);
    switch (behaviour) {
      case 'connect':
        request.socket.resetAndDestroy();
        return;
      case 'bad_answer':
        request.socket.end('HTTP/1.1 20 Nonsense\r\n\r\n');
        return;
      case 'redirect':
        response.writeHead(302, { location: '/elsewhere' }).end();
        return;
      default:
        response
          .writeHead({ ok: 200, client_error: 404, server_error: 500 }[behaviour], {
            'content-type': 'application/json',
          })
          .end('{"id":"INV-001"}');
    }
  });
  await listen(server);
  return {
    did,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listen(server: Server): Promise<void> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
}

/** `rpc_gateway_requests_total` by outcome, without the outcomes that never occurred. */
async function countedRequests(admin: string): Promise<Record<string, number>> {
  const text = await (await fetch(`${admin}/metrics`)).text();
  const found = text.matchAll(/^rpc_gateway_requests_total\{[^}]*outcome="(\w+)"[^}]*\} (\d+)$/gm);
  return Object.fromEntries(
    [...found]
      .map(([, outcome, count]) => [outcome as string, Number(count)] as const)
      .filter(([, n]) => n > 0),
  );
}

/** Megabytes of memory of a process (proc(5), VmRSS). */
function residentMb(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1_024;
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;

describe('a gateway under steady load, whose API fails 5 % of its requests at random', () => {
  const closeLater = closeAfterEach();

  it(
    'answers every call, counts as the API does, and keeps its memory',
    async () => {
      const api = closeLater(await startRandomApi());
      const [port, adminPort] = [await freePort(), await freePort()];
      const gateway = closeLater(
        startGatewayProcess(`
rpc_gateway.services.billing.base_url = ${api.url}
rpc_gateway.services.billing.retries = 0
rpc_gateway.services.billing.pool.size = 64
rpc_gateway.services.billing.procedures.get.uri = ${PROCEDURE}
rpc_gateway.services.billing.procedures.get.realm = com.example.myrealm
rpc_gateway.services.billing.procedures.get.path = /invoices/{{id}}
listeners.clients.port = ${port}
listeners.ops.protocol = admin
listeners.ops.port = ${adminPort}
`),
      );
      await gateway.ready;
      const admin = `http://127.0.0.1:${adminPort}`;
      const callers: Caller[] = [];
      for (let count = 0; count < CONNECTIONS; count++)
        callers.push(closeLater(await connectCaller(`ws://127.0.0.1:${port}/ws`)));

      let made = 0;
      let answered = 0;
      const call = async (): Promise<void> => {
        made++;
        await (callers[made % CONNECTIONS] as Caller).call(PROCEDURE, { id: made });
        answered++;
      };

      const measuredUntil = performance.now() + CAPACITY_MS;
      await Promise.all(
        Array.from({ length: IN_FLIGHT }, async () => {
          while (performance.now() < measuredUntil) await call();
        }),
      );
      const perMs = answered / CAPACITY_MS / 2;

      const startedAt = performance.now();
      const before = made;
      const running = new Set<Promise<void>>();
      const memory: number[] = [];
      for (let elapsed = 0; elapsed < SOAK_MS; elapsed = performance.now() - startedAt) {
        while (made - before < elapsed * perMs && running.size < 10 * IN_FLIGHT) {
          const one = call().finally(() => running.delete(one));
          running.add(one);
        }
        memory.push(residentMb(gateway.pid as number));
        await delay(10);
      }
      await Promise.all(running);

      expect(answered).toBe(made);
      const counted = await countedRequests(admin);
      expect(counted).toEqual(Object.fromEntries(api.did));
      expect(Object.keys(counted).sort()).toEqual(SHARES.map(([behaviour]) => behaviour).sort());
      const quarter = Math.floor(memory.length / 4);
      const growth = median(memory.slice(-quarter)) - median(memory.slice(quarter, 2 * quarter));
      expect(growth).toBeLessThan(15);
      const status = (await (await fetch(`${admin}/status`)).json()) as {
        services: { in_flight: number; last_hour: { calls: number } }[];
      };
      expect(status.services[0]).toMatchObject({ in_flight: 0, last_hour: { calls: made } });
      console.log(
        `soak: ${made} calls, ${Math.round(perMs * 1_000)} a second, memory ${Math.round(median(memory.slice(0, quarter)))} to ${Math.round(median(memory.slice(-quarter)))} MB`,
      );
    },
    SOAK_MS + 60_000,
  );
});
