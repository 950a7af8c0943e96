import { join } from 'node:path';
import { hideFromPrint } from '../config/freeze.js';
import { WHOLE } from './fields.js';
import { SecretError, type SecretFields } from './provider.js';
import { readTextFile } from './read-text-file.js';

/**
 * A secret that is a folder: each field is the text of the file of that name.
 *
 * @param names the files to read; one that cannot be read is told of when its field is asked for.
 */
export async function folderFields(path: string, names: readonly string[]): Promise<SecretFields> {
  const texts = new Map<string, string | SecretError>();
  for (const name of names) texts.set(name, await readField(path, name));
  return hideFromPrint({
    get(field: string): unknown {
      const text = texts.get(field);
      if (text instanceof SecretError) throw text;
      return text;
    },
  });
}

/** The file that a field is. */
export function folderFile(path: string, name: string): string {
  return join(path, name);
}

async function readField(path: string, name: string): Promise<string | SecretError> {
  if (name === WHOLE) return new SecretError(`${path} is a folder: field names a file in it`);
  if (!isFileName(name)) return new SecretError(`field ${name} is not the name of a file in ${path}`);
  try {
    return (await readTextFile(folderFile(path, name))).replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof SecretError) return error;
    throw error;
  }
}

/** A field does not lead out of its folder. */
function isFileName(name: string): boolean {
  return !/[/\\\0]/.test(name) && name !== '..';
}
