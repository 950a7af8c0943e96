import { join } from 'node:path';
import { hideFromPrint } from '../config/freeze.js';
import { WHOLE } from './fields.js';
import { SecretError, type SecretFields } from './provider.js';
import { readTextFile } from './read-text-file.js';

/**
 * The fields of a secret that is a folder. Each field is the text of the file with its name.
 *
 * @param names the files to read. The error of an unreadable file is thrown when its field is read.
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

/** The path of the file for a field. */
export function folderFile(path: string, name: string): string {
  return join(path, name);
}

async function readField(path: string, name: string): Promise<string | SecretError> {
  if (name === WHOLE) return new SecretError(`${path} is a folder: field must be the name of a file in it`);
  if (!isFileName(name)) return new SecretError(`field ${name} is not the name of a file in ${path}`);
  try {
    return (await readTextFile(folderFile(path, name))).replace(/^\uFEFF/, '');
  } catch (error) {
    if (error instanceof SecretError) return error;
    throw error;
  }
}

/** Tells whether `name` is a plain file name, which cannot lead out of the folder. */
function isFileName(name: string): boolean {
  return !/[/\\\0]/.test(name) && name !== '..';
}
