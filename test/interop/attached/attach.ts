import { createGateway, type Gateway, parseConfig } from '../../../src/index.js';
import { keepLog, type LogLines } from '../../support/log-lines.js';

/** A gateway in this process, for tests that need no process of its own. */
export interface AttachedGateway {
  readonly gateway: Gateway;
  readonly log: LogLines;
  close(): Promise<void>;
}

/** Attaches a gateway. Resolves when it is ready. */
export async function attachGateway(configuration: string): Promise<AttachedGateway> {
  const log = keepLog('debug');
  const gateway = createGateway(parseConfig(configuration, { env: {} }), { log: log.log });
  try {
    await gateway.start();
  } catch (error) {
    await gateway.stop(0);
    throw error;
  }
  return { gateway, log, close: () => gateway.stop(0) };
}
