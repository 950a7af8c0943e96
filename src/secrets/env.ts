import { secretMap } from '../config/freeze.js';
import type { SecretProvider } from './provider.js';

/**
 * Secrets in the environment: a field is an environment variable.
 *
 * @param names the variables to take; the others stay out of reach.
 */
export function createEnvProvider(
  names: Iterable<string>,
  env: Readonly<Record<string, string | undefined>>,
): SecretProvider {
  const wanted = [...new Set(names)];
  return {
    read: async () =>
      secretMap(wanted.filter((name) => Object.hasOwn(env, name)).map((name) => [name, env[name]])),
    describeMissing: (fields) =>
      `not set in the environment: ${fields.join(', ')} (a process's environment does not change: set it and restart)`,
    close() {},
  };
}
