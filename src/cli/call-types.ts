import { existsSync } from 'node:fs';
import type { ProcedureConfig, ServiceConfig } from '../config/model.js';
import { takenKwargs } from '../gateway/descriptions/taken-kwargs.js';
import { isOfType } from '../gateway/pipeline/operation/check-kwargs.js';
import { JSON_TYPES, type JsonTypes } from '../openapi/model/api-model.js';
import { DEFAULT_CONFIG, readConfiguration } from './configuration.js';
import type { Host } from './host.js';

/**
 * Says how a keyword argument is meant whose value could be JSON. Undefined: nothing is known.
 *
 * @param value what it is as JSON
 */
export type HowMeant = (kwarg: string, value: unknown) => 'text' | 'json' | undefined;

export const NOT_KNOWN: HowMeant = () => undefined;

/**
 * Finds out from the configuration how the keyword arguments of a procedure are meant: those of
 * operations of an OpenAPI document, by their types. Without a configuration nothing is known.
 */
export async function typedArguments(
  uri: string,
  { config: named, realm }: { readonly config?: string; readonly realm?: string },
  host: Host,
): Promise<HowMeant> {
  if (named === undefined && !existsSync(DEFAULT_CONFIG)) return NOT_KNOWN;
  const config = await readConfiguration(named, host).catch(() => undefined);
  for (const service of config?.services ?? []) {
    for (const procedure of service.procedures) {
      const { settings } = procedure;
      if (settings.uri === uri && (realm === undefined || settings.realm === realm)) {
        return byTypes(typesOf(service, procedure));
      }
    }
  }
  return NOT_KNOWN;
}

/** A file is text, or a dictionary with its name. */
const FILE = JSON_TYPES.string | JSON_TYPES.array | JSON_TYPES.object;

function typesOf(
  service: ServiceConfig,
  procedure: ProcedureConfig,
): ReadonlyMap<string, JsonTypes | undefined> {
  const { operation } = procedure;
  if (operation === undefined) return new Map();
  const { parameters, fields } = takenKwargs(service, procedure, operation);
  return new Map([
    ...parameters.map(({ kwarg, types }) => [kwarg, types] as const),
    ...fields.map(({ kwarg, types, isFile }) => [kwarg, isFile ? FILE : types] as const),
  ]);
}

/** @param all the JSON types of each kwarg. A kwarg with undefined may have any type. */
export function byTypes(all: ReadonlyMap<string, JsonTypes | undefined>): HowMeant {
  return (kwarg, value) => {
    const types = all.get(kwarg);
    if (types === undefined) return undefined;
    const isJson = isOfType(value, types);
    if ((types & JSON_TYPES.string) === 0) return isJson ? 'json' : undefined;
    // `null` could be a name.
    return isJson && value !== null ? undefined : 'text';
  };
}
