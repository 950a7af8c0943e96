import { type Clock, systemClock } from '../clock.js';
import { type ConfigSource, fileJob, loadSteps } from './load-steps.js';
import type { LoadedConfig } from './model.js';

/**
 * Does the same as `loadConfig`, but reads OpenAPI documents in another thread. So a reload
 * does not delay running calls. Without a document it reads everything at once.
 *
 * @param path absolute, or relative to the working directory. Messages name the file by this path
 * @param clock the time for the limit of a document. Default: the system's clock
 * @throws ConfigError with every problem that was found. It throws nothing else.
 *
 * @example
 * ```ts
 * import { createGateway, loadConfigAsync } from 'wamp-rpc-gateway';
 *
 * const readConfig = () => loadConfigAsync('bondy.conf', { env: process.env });
 * const gateway = createGateway(await readConfig(), { readConfig });
 * await gateway.start();
 * console.log(await gateway.reload());
 * await gateway.stop();
 * ```
 */
export async function loadConfigAsync(
  path: string,
  source: ConfigSource,
  clock: Clock = systemClock,
): Promise<LoadedConfig> {
  const steps = loadSteps(fileJob(path, source));
  let step = steps.next();
  while (step.done !== true) {
    const { readInWorker } = await import('../openapi/worker/read-in-worker.js');
    step = steps.next(await readInWorker(step.value.path, step.value.readFile, clock));
  }
  return step.value;
}
