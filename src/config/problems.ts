import type { ConfigProblem } from '../errors.js';
import type { Place } from './syntax/lines.js';

/** Collects what is wrong, or worth a notice, so that all of it can be reported at once. */
export interface Problems {
  /** A file begins to be read; this makes the order of the files. */
  enter(file: string): void;
  add(place: Place, key: string, message: string): void;
  /** Something is missing. Left out where an include failed: it may stand in the file that was not read. */
  addMissing(place: Place, key: string, message: string): void;
  /** All of them, by file in the order of reading and by line. */
  sorted(): readonly ConfigProblem[];
}

/** @param files Gives each file its place in the order; shared by the problems and the notices of one load. */
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
