import { type FSWatcher, statSync, watch } from 'node:fs';
import { basename } from 'node:path';

/** Which names in a folder matter. `all`: every name. */
export type WatchedNames = ReadonlySet<string> | 'all';

export interface FolderWatcherOptions {
  /** Called when a name that matters has changed. It may be called several times for one change. */
  readonly onChange: () => void;
  /** Called when a folder cannot be watched. */
  readonly onError: (folder: string, code: string) => void;
}

/** Watches folders with the notifications of the system. */
export interface FolderWatcher {
  /**
   * Watches these folders instead of the former ones.
   *
   * @returns whether a folder is watched that was not watched before. Something may have changed in it
   * in the meantime.
   */
  set(folders: ReadonlyMap<string, WatchedNames>): boolean;
  close(): void;
}

interface Watched {
  readonly watcher: FSWatcher;
  /** Device and inode. Another folder may take the place of this one. */
  readonly identity: string;
  names: WatchedNames;
}

export function createFolderWatcher({ onChange, onError }: FolderWatcherOptions): FolderWatcher {
  const watched = new Map<string, Watched>();

  /** Returns false if that fails. */
  function open(folder: string, names: WatchedNames): boolean {
    try {
      const identity = identityOf(folder);
      const watcher = watch(folder, (_event, name) => {
        const { names: matter = names } = watched.get(folder) ?? {};
        // The event of the folder itself has the folder's own name.
        if (name === null || matter === 'all' || matter.has(name) || name === basename(folder)) onChange();
      });
      watcher.on('error', (error) => {
        drop(folder);
        onError(folder, codeOf(error));
      });
      watched.set(folder, { watcher, identity, names });
      return true;
    } catch (error) {
      onError(folder, codeOf(error));
      return false;
    }
  }

  function drop(folder: string): void {
    watched.get(folder)?.watcher.close();
    watched.delete(folder);
  }

  return {
    set(folders) {
      for (const [folder, { identity }] of [...watched])
        if (!folders.has(folder) || identityOf(folder) !== identity) drop(folder);
      let isNew = false;
      for (const [folder, names] of folders) {
        const found = watched.get(folder);
        if (found !== undefined) found.names = names;
        else if (open(folder, names)) isNew = true;
      }
      return isNew;
    },
    close() {
      for (const folder of [...watched.keys()]) drop(folder);
    },
  };
}

/** Empty if the folder does not exist. */
function identityOf(folder: string): string {
  const found = statSync(folder, { bigint: true, throwIfNoEntry: false });
  return found === undefined ? '' : `${found.dev} ${found.ino}`;
}

function codeOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return typeof code === 'string' ? code : 'unknown error';
}
