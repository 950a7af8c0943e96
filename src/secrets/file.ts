import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Clock } from '../clock.js';
import { textFields } from './fields.js';
import { folderFields, folderFile } from './folder.js';
import type { SecretFields, SecretProvider } from './provider.js';
import { codeOf, readTextFile } from './read-text-file.js';

const POLL_MS = 1_000;
/** A folder that changes while it is read is read again, so that its files belong together; not for ever. */
const MAX_READS = 5;

/**
 * A file with a JSON object or any text in it, or a folder of files, as Kubernetes and Docker mount secrets.
 *
 * Changes are found by looking once a second, not by the system's notifications: a mounted secret changes by a symlink
 * (`..data`) that is swapped in a folder above, and network file systems notify nobody.
 *
 * @param path absolute.
 * @param names the fields that will be asked for: in a folder they are files, and no others are read.
 */
export function createFileProvider(path: string, clock: Clock, names: Iterable<string> = []): SecretProvider {
  const wanted = [...new Set(names)];
  /** How the secret looked just before it was last read. */
  let seen: string | undefined;

  async function read(): Promise<SecretFields> {
    for (let reads = 1; ; reads++) {
      // Before the read: what is written after this look will be found by the next one.
      const { looks, isFolder } = await look(path, wanted);
      seen = looks;
      if (!isFolder) return textFields(await readTextFile(path), `the file ${path}`);
      const fields = await folderFields(path, wanted);
      if (reads === MAX_READS || (await look(path, wanted)).looks === looks) return fields;
    }
  }

  function watch(changed: () => void): () => void {
    let stopped = false;
    let stopTimer = clock.after(POLL_MS, poll);
    async function poll(): Promise<void> {
      const { looks } = await look(path, wanted);
      if (stopped) return;
      stopTimer = clock.after(POLL_MS, poll);
      // A read alone brings `seen` up to date, so a change is reported until it has been read.
      if (looks !== seen) changed();
    }
    return () => {
      stopped = true;
      stopTimer();
    };
  }

  return { read, watch, close() {} };
}

interface Look {
  /** Differs whenever the secret does. */
  readonly looks: string;
  readonly isFolder: boolean;
}

async function look(path: string, names: readonly string[]): Promise<Look> {
  const found = await statOf(path);
  const isFolder = typeof found === 'object' && found.isDirectory();
  if (!isFolder) return { looks: describe(found), isFolder };
  // Not the folder's own times: files that nobody asks for may come and go.
  const files = await Promise.all(names.map((name) => statOf(folderFile(path, name))));
  return { looks: ['folder', ...files.map(describe)].join('\n'), isFolder };
}

async function statOf(path: string): Promise<BigIntStats | string> {
  try {
    return await stat(path, { bigint: true });
  } catch (error) {
    return codeOf(error);
  }
}

/** Another file in its place, other times, another size, or another reason for none. */
function describe(found: BigIntStats | string): string {
  if (typeof found === 'string') return found;
  return [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ');
}
