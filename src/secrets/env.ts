import { hideFromPrint } from '../config/freeze.js';
import { textFields } from './fields.js';
import type { SecretProvider } from './provider.js';

/**
 * Secrets in the environment: a field is an environment variable, or leads into the JSON that one holds
 * (`DB.password`), which is how ECS hands over a whole secret.
 *
 * @param names the fields to take; other variables stay out of reach.
 */
export function createEnvProvider(
  names: Iterable<string>,
  env: Readonly<Record<string, string | undefined>>,
): SecretProvider {
  const wanted = new Set(names);
  const variable = (name: string) => (Object.hasOwn(env, name) ? env[name] : undefined);

  function get(field: string): unknown {
    if (!wanted.has(field)) return undefined;
    const dot = field.indexOf('.');
    const whole = variable(field);
    if (whole !== undefined || dot < 1) return whole;
    const name = field.slice(0, dot);
    const text = variable(name);
    return text && textFields(text, `the environment variable ${name}`).get(field.slice(dot + 1));
  }

  return {
    read: async () => hideFromPrint({ get }),
    describeMissing: (fields) =>
      `not set in the environment: ${fields.join(', ')} (a process's environment does not change: set it and restart)`,
    close() {},
  };
}
