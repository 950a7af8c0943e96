import type { Gateway } from '../assembly/create-gateway.js';
import type { Logger } from '../log.js';
import type { ServiceManager } from './service-manager.js';

export interface ReloadTriggerParts {
  readonly gateway: Pick<Gateway, 'reload' | 'status'>;
  readonly manager: Pick<ServiceManager, 'ready' | 'reloading'>;
  /** What `manager` tells when the reload has ended. */
  readonly readyText: () => string;
  readonly log: Logger;
}

/**
 * Reloads the gateway at each call. Calls during a reload cause one more reload after it, however
 * many they are. The gateway itself logs how a reload ends, unless it cannot even begin.
 */
export function createReloadTrigger({ gateway, manager, readyText, log }: ReloadTriggerParts): () => void {
  let isRunning = false;
  let isWanted = false;

  async function run(): Promise<void> {
    isRunning = true;
    do {
      isWanted = false;
      // The service manager must not take a gateway that starts for a ready one.
      const isReady = gateway.status().state === 'ready';
      if (isReady) manager.reloading();
      const outcome = await gateway.reload();
      if (outcome.kind === 'impossible')
        log.warn({ cause: outcome.reason }, 'the configuration was not reloaded');
      if (isReady && gateway.status().state === 'ready') manager.ready(readyText());
    } while (isWanted);
    isRunning = false;
  }

  return () => {
    isWanted = true;
    if (!isRunning) void run();
  };
}
