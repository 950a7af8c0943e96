import { createGateway, type Gateway, type GatewayOptions } from '../../src/assembly/create-gateway.js';
import { type ConfigSource, type LoadedConfig, parseConfig } from '../../src/config/load-config.js';
import type { ReloadOutcome } from '../../src/status/actions.js';
import { keepLog, type LogLines } from './log-lines.js';

/** A gateway whose configuration a test changes. */
export interface ReloadFixture {
  readonly gateway: Gateway;
  readonly log: LogLines;
  /** The URL of the first listener. */
  readonly url: string;
  /** Reloads with another text. */
  reload(text: string, options?: { readonly dryRun?: boolean }): Promise<ReloadOutcome>;
  close(): Promise<void>;
}

export interface ReloadFixtureOptions extends GatewayOptions {
  /** Reads the files that the configuration names. */
  readonly readFile?: ConfigSource['readFile'];
  /** False for a text that has listeners of its own. Default: true, a listener at port 0. */
  readonly addsListener?: boolean;
  /** The first configuration, instead of the text. */
  readonly config?: LoadedConfig;
}

const LISTENER = '\nlisteners.test.port = 0\n';

export async function openReloadFixture(
  text: string,
  { readFile, addsListener = true, config, ...options }: ReloadFixtureOptions = {},
): Promise<ReloadFixture> {
  const log = keepLog('debug');
  const parse = (conf: string) =>
    parseConfig(addsListener ? conf + LISTENER : conf, { env: {}, ...(readFile && { readFile }) });
  const gateway = createGateway(config ?? parse(text), { log: log.log, ...options });
  await gateway.start();
  return {
    gateway,
    log,
    get url() {
      return gateway.endpoints[0] ?? '';
    },
    // Mistakes are refused, as with a file.
    async reload(conf, reloadOptions) {
      return await gateway.reload(parse(conf), reloadOptions);
    },
    close: () => gateway.stop(0),
  };
}

/** As in `service billing changed`, without the effects. */
export function inShort(outcome: ReloadOutcome): readonly string[] {
  if (outcome.kind !== 'done') throw new Error(`not done: ${JSON.stringify(outcome)}`);
  return outcome.changes.map(({ what, name, change }) => `${what} ${name} ${change}`);
}
