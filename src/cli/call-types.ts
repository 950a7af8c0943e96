import { existsSync } from 'node:fs';
import { describeProcedure } from '../gateway/descriptions/describe-procedure.js';
import type { JsonSchema } from '../gateway/descriptions/description.js';
import { DEFAULT_CONFIG, readConfiguration } from './configuration.js';
import type { Host } from './host.js';

/** Whether a keyword argument is text in any case, although its value may look like JSON. */
export type IsText = (kwarg: string) => boolean;

const NOT_KNOWN: IsText = () => false;

/**
 * Finds out from the configuration which keyword arguments of a procedure are text: those that its
 * OpenAPI document describes as strings. Without a configuration nothing is known.
 */
export async function textArguments(
  uri: string,
  { config: named, realm }: { readonly config?: string; readonly realm?: string },
  host: Host,
): Promise<IsText> {
  if (named === undefined && !existsSync(DEFAULT_CONFIG)) return NOT_KNOWN;
  const config = await readConfiguration(named, host).catch(() => undefined);
  for (const service of config?.services ?? []) {
    for (const procedure of service.procedures) {
      const { settings } = procedure;
      if (settings.uri !== uri || (realm !== undefined && settings.realm !== realm)) continue;
      if (procedure.operation === undefined) return NOT_KNOWN;
      const { properties = {} } = describeProcedure(service, procedure).kwargs_schema;
      return (kwarg) => isString((properties as Readonly<Record<string, JsonSchema>>)[kwarg]);
    }
  }
  return NOT_KNOWN;
}

function isString(schema: JsonSchema | undefined): boolean {
  const type = schema?.['type'];
  return (
    type === 'string' || (Array.isArray(type) && type.every((each) => each === 'string' || each === 'null'))
  );
}
