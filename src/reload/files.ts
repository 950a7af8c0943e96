import type { LoadedConfig } from '../config/model.js';
import { SYSTEM_CAS } from '../config/types/datatypes.js';

/** Tells whether files have the same content in two configurations. */
export type HasSameFiles = (paths: readonly string[]) => boolean;

/** A path that only one of the configurations names counts as another content. */
export function compareFiles(before: LoadedConfig, after: LoadedConfig): HasSameFiles {
  return (paths) => paths.every((path) => before.sources.files.get(path) === after.sources.files.get(path));
}

/** The files that settings name: certificates and keys. */
export function filesOf(settings: object): readonly string[] {
  return Object.entries(settings)
    .filter(([key, value]) => /(?:certfile|keyfile|key_file)$/.test(key) && value !== undefined)
    .flatMap(([, value]) => [value].flat() as readonly string[])
    .filter((path) => path !== SYSTEM_CAS);
}
