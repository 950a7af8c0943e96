import { createGateway } from '../../../src/assembly/create-gateway.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { billingConf } from '../../support/billing-conf.js';
import { type Answer, connectCaller } from '../../support/caller.js';
import { type RecordingUpstream, startRecordingUpstream } from '../../support/recording-upstream.js';
import { createTemporaryFolder } from '../../support/temporary-folder.js';

/** An API, a gateway with an admin listener in front of it, and a caller. */
export interface ConsoleFixture {
  /** The address of the console, without a slash at its end. */
  readonly url: string;
  readonly upstream: RecordingUpstream;
  readonly router: string;
  call(procedure: string, kwargs: object): Promise<Answer>;
  /** Calls that get the status 500. */
  failCalls(count: number): Promise<void>;
  /** Writes the configuration anew, for a reload. */
  write(...lines: string[]): void;
  close(): Promise<void>;
}

const ADMIN = ['listeners.clients.port = 0', 'listeners.ops.protocol = admin', 'listeners.ops.port = 0'];

/** @param lines added to the guide's billing service; `+` stands for the service's prefix */
export async function openConsoleFixture(...lines: string[]): Promise<ConsoleFixture> {
  const upstream = await startRecordingUpstream();
  const folder = createTemporaryFolder();
  const text = (more: readonly string[]) =>
    billingConf(upstream.url, '+retries = 0', '+liveness.interval = 1s', ...ADMIN, ...lines, ...more);
  const file = folder.write('bondy.conf', text([]));
  const load = () => loadConfig(file, { env: {} });
  const gateway = createGateway(load(), { readConfig: load });
  await gateway.start();
  const caller = await connectCaller(gateway.endpoints[0] as string);
  return {
    url: (gateway.adminEndpoints[0] as string).replace(/\/$/, ''),
    upstream,
    router: gateway.endpoints[0] as string,
    call: (procedure, kwargs) => caller.call(procedure, kwargs),
    async failCalls(count) {
      upstream.respondWith(() => ({ status: 500 }));
      for (let call = 0; call < count; call++) await caller.call('com.billing.get_invoice', { id: 500 });
      upstream.respondWith(() => ({ json: { ok: true } }));
    },
    write: (...more) => void folder.write('bondy.conf', text(more)),
    async close() {
      await caller.close();
      await gateway.stop(0);
      await upstream.close();
      folder.remove();
    },
  };
}
