import type { Clock } from '../../clock.js';
import type { ConfigSources } from '../../errors.js';
import type { Logger } from '../../log.js';
import { createFolderWatcher, type WatchedNames } from './folder-watcher.js';
import { pathSteps } from './path-steps.js';

export interface ConfigurationWatchOptions {
  /** Reads the configuration. @returns what was read, even if it has mistakes */
  readonly readSources: () => Promise<ConfigSources>;
  /** The hash of what the last reload, or the start, has read. */
  readonly lastHash: () => string;
  /** Called when the content of a file has changed. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Without a change for this long, the files are complete. Programs write a file in several steps. */
const QUIET_MS = 250;
/** The longest wait, if the files never stop changing. */
const MAX_WAIT_MS = 2_000;
/** A pattern such as `/**` must not use up what the system can watch. */
const MAX_FOLDERS = 1_000;

/**
 * Watches all files of a configuration, and notices when the content of one of them has changed.
 *
 * @returns a function that ends it
 */
export function watchConfiguration(options: ConfigurationWatchOptions): () => void {
  const { readSources, lastHash, clock, log } = options;
  let stopTimer = (): void => {};
  /** When the first change was seen, in monotonic milliseconds. Undefined while nothing waits. */
  let since: number | undefined;
  const warned = new Set<string>();
  const folders = createFolderWatcher({ onChange: waitForQuiet, onError: warnOfFailure });
  let isStopped = false;
  /** Reading takes its time if there are documents, so one reading follows another. */
  let looking: Promise<void> = Promise.resolve();

  function waitForQuiet(): void {
    const now = clock.monotonic();
    since ??= now;
    stopTimer();
    stopTimer = clock.after(Math.max(0, Math.min(QUIET_MS, since + MAX_WAIT_MS - now)), lookAfterOthers);
  }

  function lookAfterOthers(): void {
    since = undefined;
    looking = looking.then(look);
  }

  async function look(): Promise<void> {
    if (isStopped) return;
    const sources = await readSources();
    if (isStopped) return;
    const found = [...foldersOf(sources)];
    if (found.length > MAX_FOLDERS) {
      const advice = 'use a pattern of include that matches fewer folders, or reload with SIGHUP';
      warn({ folders: found.length, watched: MAX_FOLDERS, advice }, 'too many folders to watch all of them');
    }
    // A file may have come into a new folder after it was read, and before it was watched.
    if (folders.set(new Map(found.slice(0, MAX_FOLDERS)))) waitForQuiet();
    if (sources.hash !== lastHash()) options.onChange();
  }

  function warnOfFailure(folder: string, error: string): void {
    const advice = 'reload with SIGHUP or rpc-gateway reload after a change, or raise the limits of inotify';
    warn({ folder, error, advice }, 'a folder of the configuration cannot be watched');
  }

  /** Each message only once, because each change of a file would repeat it. */
  function warn(fields: object, message: string): void {
    if (!warned.has(message)) log.warn(fields, message);
    warned.add(message);
  }

  // A file may have changed since the start.
  lookAfterOthers();
  return () => {
    isStopped = true;
    stopTimer();
    folders.close();
  };
}

/**
 * The folders that can change what a configuration is read from, and the names in them. Those of
 * files come first.
 */
function foldersOf({ files, folders }: ConfigSources): ReadonlyMap<string, WatchedNames> {
  const found = new Map<string, Set<string> | 'all'>();
  const add = (folder: string, name: string): void => {
    const names = found.get(folder) ?? new Set();
    if (names !== 'all') found.set(folder, names.add(name));
  };
  for (const path of [...files.keys(), ...folders])
    for (const { folder, name } of pathSteps(path)) add(folder, name);
  for (const folder of folders) found.set(folder, 'all');
  return found;
}
