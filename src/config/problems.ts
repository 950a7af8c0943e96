import type { ConfigProblem } from '../errors.js';
import type { Place } from './syntax/lines.js';

/** Collects errors or notices, so that all are reported at once. */
export interface Problems {
  /** Records that a file is being read. The order of these calls is the order of the files. */
  enter(file: string): void;
  add(place: Place, key: string, message: string): void;
  /**
   * Reports a missing key. Does not report it if an include failed, because the key may be in the
   * unread file.
   */
  addMissing(place: Place, key: string, message: string): void;
  /** All problems, sorted by file in the order of reading, then by line. */
  sorted(): readonly ConfigProblem[];
}

/** @param files the index of each file in the order. Problems and notices of one load share it. */
export function createProblems(files: Map<string, number> = new Map()): Problems {
  const found: ConfigProblem[] = [];
  const missing = new Set<ConfigProblem>();
  const enter = (file: string): void => {
    if (!files.has(file)) files.set(file, files.size);
  };
  return {
    enter,
    add({ file, line }, key, message) {
      enter(file);
      found.push({ file, line, key, message });
    },
    addMissing({ file, line }, key, message) {
      enter(file);
      const problem = { file, line, key, message };
      missing.add(problem);
      found.push(problem);
    },
    sorted() {
      const includeFailed = found.some(({ key }) => key === 'include');
      return found
        .filter((problem) => !includeFailed || !missing.has(problem))
        .sort((a, b) => (files.get(a.file) ?? 0) - (files.get(b.file) ?? 0) || a.line - b.line);
    },
  };
}
