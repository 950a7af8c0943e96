import { hideFromPrint } from '../config/freeze.js';
import { textFields } from './fields.js';
import type { SecretProvider } from './provider.js';

/**
 * Reads secrets from the environment. A field is the name of an environment variable, or a path
 * into the JSON in a variable (`DB.password`). ECS can put a whole secret into one variable as
 * JSON.
 *
 * @param names the fields that can be read. Other variables are not accessible.
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
      `not set in the environment: ${fields.join(', ')} (the environment of a process does not change: set it and restart)`,
    close() {},
  };
}
