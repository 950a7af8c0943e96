import { readApiDocument } from '../openapi/model/build-model.js';
import { type ConfigSource, fileJob, type LoadSteps, loadSteps, textJob } from './load-steps.js';
import type { LoadedConfig } from './model.js';

export type { ConfigSource } from './load-steps.js';
export type { LoadedConfig } from './model.js';

/**
 * Reads `bondy.conf` and all files that it includes.
 *
 * @param path absolute, or relative to the working directory. Messages name the file by this path
 * @throws ConfigError with every problem that was found. It throws nothing else.
 *
 * @example
 * ```ts
 * import { loadConfig } from 'wamp-rpc-gateway';
 *
 * const config = loadConfig('bondy.conf', { env: process.env });
 * for (const service of config.services) {
 *   for (const { settings } of service.procedures) console.log(settings.realm, settings.uri);
 * }
 * ```
 */
export function loadConfig(path: string, source: ConfigSource): LoadedConfig {
  return run(loadSteps(fileJob(path, source)));
}

/**
 * Reads a configuration from a text. Without `source.file` the text cannot include files, and its
 * paths are relative to the working directory.
 *
 * @param source.file a path. The text replaces the content of this file
 * @throws ConfigError with every problem that was found. It throws nothing else.
 *
 * @example
 * ```ts
 * import { parseConfig } from 'wamp-rpc-gateway';
 *
 * const text = `
 * rpc_gateway.services.shop.base_url = https://shop.example.com/api
 * rpc_gateway.services.shop.procedures.get_item.uri = com.shop.get_item
 * rpc_gateway.services.shop.procedures.get_item.realm = com.example.myrealm
 * rpc_gateway.services.shop.procedures.get_item.path = /items/{{id}}
 * `;
 * const config = parseConfig(text, { env: {} });
 * console.log(config.realms);
 * ```
 */
export function parseConfig(text: string, source: ConfigSource & { readonly file?: string }): LoadedConfig {
  return run(loadSteps(textJob(text, source)));
}

/** Reads the documents in this thread. */
function run(steps: LoadSteps): LoadedConfig {
  let step = steps.next();
  while (step.done !== true) step = steps.next(readApiDocument(step.value.path, step.value.readFile));
  return step.value;
}
