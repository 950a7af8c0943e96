import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Clock } from '../clock.js';
import { textFields } from './fields.js';
import { folderFields, folderFile } from './folder.js';
import type { SecretFields, SecretProvider } from './provider.js';
import { codeOf, readTextFile } from './read-text-file.js';

const POLL_MS = 1_000;
/**
 * If a folder changes during a read, the provider reads it again, so that its files belong together.
 * This is the maximum number of reads.
 */
const MAX_READS = 5;

/**
 * Reads a secret from a file with a JSON object or any text, or from a folder of files, as
 * Kubernetes and Docker mount secrets.
 *
 * The provider polls once a second instead of using notifications of the system. A mounted secret
 * changes when a symlink (`..data`) in a parent folder changes, and network file systems send no
 * notifications.
 *
 * @param path absolute.
 * @param names the fields that are needed. In a folder, only the files with these names are read.
 */
export function createFileProvider(path: string, clock: Clock, names: Iterable<string> = []): SecretProvider {
  const wanted = [...new Set(names)];
  /** The fingerprint of the secret just before the last read. */
  let seen: string | undefined;

  async function read(): Promise<SecretFields> {
    for (let reads = 1; ; reads++) {
      // Takes the fingerprint before the read, so that the next poll finds a change during the read.
      const { fingerprint, isFolder } = await inspect(path, wanted);
      seen = fingerprint;
      if (!isFolder) return textFields(await readTextFile(path), `the file ${path}`);
      const fields = await folderFields(path, wanted);
      if (reads === MAX_READS || (await inspect(path, wanted)).fingerprint === fingerprint) return fields;
    }
  }

  function watch(changed: () => void): () => void {
    let stopped = false;
    let stopTimer = clock.after(POLL_MS, poll);
    async function poll(): Promise<void> {
      const { fingerprint } = await inspect(path, wanted);
      if (stopped) return;
      stopTimer = clock.after(POLL_MS, poll);
      // Only a read updates `seen`, so a change is reported until it is read.
      if (fingerprint !== seen) changed();
    }
    return () => {
      stopped = true;
      stopTimer();
    };
  }

  return { read, watch, close() {} };
}

interface Inspection {
  /** Changes when the secret changes. */
  readonly fingerprint: string;
  readonly isFolder: boolean;
}

async function inspect(path: string, names: readonly string[]): Promise<Inspection> {
  const found = await statOf(path);
  const isFolder = typeof found === 'object' && found.isDirectory();
  if (!isFolder) return { fingerprint: describe(found), isFolder };
  // Ignores the times of the folder, because other files in it may change.
  const files = await Promise.all(names.map((name) => statOf(folderFile(path, name))));
  return { fingerprint: ['folder', ...files.map(describe)].join('\n'), isFolder };
}

async function statOf(path: string): Promise<BigIntStats | string> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    return codeOf(error);
  }
}

/** Describes the identity, size and times of a file, or the error code if there is none. */
function describe(found: BigIntStats | string): string {
  if (typeof found === 'string') return found;
  return [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ');
}
