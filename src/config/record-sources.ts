import { createHash } from 'node:crypto';
import type { ConfigSources } from '../errors.js';
import { frozenMap } from './freeze.js';
import type { ReadFile } from './syntax/includes.js';

/** Records what a configuration is read from. */
export interface SourceRecorder {
  /** The same function, which now records each file, also if it cannot be read. */
  record(readFile: ReadFile): ReadFile;
  /** Records the text of a configuration that is not in a file. */
  addText(name: string, text: string): void;
  /** Records a folder in which a pattern of `include` looked for files. */
  addFolder(path: string): void;
  sources(): ConfigSources;
}

/** The digest of a file that cannot be read. */
const UNREADABLE = '';

export function createSourceRecorder(): SourceRecorder {
  const files = new Map<string, string>();
  const texts = new Map<string, string>();
  const folders = new Set<string>();
  return {
    record: (readFile) => (path) => {
      if (!files.has(path)) files.set(path, UNREADABLE);
      const content = readFile(path);
      files.set(path, sha256(content));
      return content;
    },
    addText: (name, text) => void texts.set(name, sha256(text)),
    addFolder: (path) => void folders.add(path),
    sources() {
      const digests = [...texts.values(), ...files.values()];
      // A configuration from a text has no file of its own, even if it names files.
      const [main] = texts.size > 0 ? [undefined] : files.keys();
      return { main, hash: sha256(digests.join('\n')), files: frozenMap(files), folders: [...folders] };
    },
  };
}

/** SHA-256 in hex. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
