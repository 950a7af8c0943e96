import { readdirSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import type * as TinyGlobby from 'tinyglobby';
import { MAX_FILE_BYTES, readOpenedFile, readRegularFile } from '../../read-regular-file.js';
import type { Problems } from '../problems.js';
import { fileError } from '../types/datatypes.js';
import { ValueError } from '../types/value-error.js';
import { type IncludeLine, parseLines, readValueText, type SettingLine } from './lines.js';
import { type Environment, substitute } from './substitution.js';

/** A setting as the file has it, with the directory of the file. */
export interface Entry extends SettingLine {
  /** The absolute directory of the file. Paths in values are relative to it. */
  readonly directory: string;
}

/** Reads a whole file, or throws the file system's error. */
export type ReadFile = (path: string) => string | Uint8Array;

/** Stops a wrong glob from reading half a disk. */
const MAX_FILES = 1000;

/** What a configuration is read with. */
export interface EntrySource {
  readonly env: Environment;
  /** Reads included files. */
  readonly readFile: ReadFile;
  readonly problems: Problems;
  /** Called with each folder in which a pattern looks for files. */
  readonly onFolder?: (path: string) => void;
}

interface Reading extends EntrySource {
  readonly entries: Entry[];
  files: number;
  /** Characters of all files together. */
  length: number;
}

/** The file that is being read, and the chain of files that include it. */
interface OpenFile {
  /** The path for messages. */
  readonly shown: string;
  readonly absolute: string;
  readonly includedFrom: readonly string[];
}

/**
 * Reads a file and everything that it includes, in the order of the lines. Errors go to `problems`.
 *
 * @param source.readMain reads the file itself. Default: `readFile`, which reads the included
 * files.
 */
export function readEntries(
  path: string,
  source: EntrySource & { readonly readMain?: ReadFile },
): readonly Entry[] {
  const { readMain = source.readFile } = source;
  const reading: Reading = { ...source, entries: [], files: 0, length: 0 };
  const file: OpenFile = { shown: path, absolute: resolve(path), includedFrom: [] };
  const content = readText(file.absolute, readMain);
  if (content.error === undefined) addLines(content.text, file, reading);
  else reading.problems.add({ file: path, line: 0 }, '', content.error);
  return reading.entries;
}

/**
 * Reads the entries of a text that is not in a file. It cannot include files. Its paths are
 * relative to the working directory.
 */
export function readTextEntries(text: string, shown: string, problems: Problems): readonly Entry[] {
  const entries: Entry[] = [];
  for (const line of parseLines(text, shown)) {
    if (line.kind === 'setting') entries.push({ ...line, directory: process.cwd() });
    else if (line.kind === 'error') problems.add(line, line.key, line.message);
    else problems.add(line, 'include', 'a text that is not in a file cannot include files');
  }
  return entries;
}

function addLines(text: string, file: OpenFile, reading: Reading): void {
  reading.problems.enter(file.shown);
  for (const line of parseLines(text, file.shown)) {
    if (line.kind === 'setting') reading.entries.push({ ...line, directory: dirname(file.absolute) });
    else if (line.kind === 'error') reading.problems.add(line, line.key, line.message);
    else include(line, file, reading);
  }
}

function include(line: IncludeLine, file: OpenFile, reading: Reading): void {
  const refuse = (message: string): void => reading.problems.add(line, 'include', message);
  const openFiles = [...file.includedFrom, realPath(file.absolute)];
  for (const { absolute, shown } of targetsOf(line, file, reading)) {
    reading.files += 1;
    if (reading.files > MAX_FILES) {
      if (reading.files === MAX_FILES + 1) refuse(`more than ${MAX_FILES} files are included`);
      return;
    }
    if (openFiles.includes(realPath(absolute))) {
      refuse(`${basename(shown)} includes itself, directly or through other files`);
      continue;
    }
    const content = readText(absolute, reading.readFile);
    if (content.error === undefined) reading.length += content.text.length;
    if (reading.length > MAX_FILE_BYTES) {
      refuse('more than 64 MB are included');
      return;
    }
    if (content.error !== undefined) refuse(`${shown}: ${content.error}`);
    else addLines(content.text, { shown, absolute, includedFrom: openFiles }, reading);
  }
}

/** The files that an include line names: the absolute path, and the path for messages. */
function targetsOf(
  line: IncludeLine,
  file: OpenFile,
  { env, problems, onFolder }: Reading,
): readonly { absolute: string; shown: string }[] {
  const { isDynamicPattern } = globbing();
  try {
    // Because of the space, a # at the beginning of the path begins a comment.
    const value = readValueText(` ${line.rawPath}`);
    const pattern = value.quoted ? value.text : substitute(value.text, env);
    const directory = dirname(file.absolute);
    const targets = isDynamicPattern(pattern)
      ? expand(pattern, directory, onFolder)
      : [resolve(directory, pattern)];
    return targets.map((absolute) => ({
      absolute,
      shown: isAbsolute(pattern) ? absolute : join(dirname(file.shown), relative(directory, absolute)),
    }));
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    problems.add(line, 'include', error.message);
    return [];
  }
}

/**
 * Lists the files of a glob in the order of their names. The order must be the same on every
 * machine, because the last value of a key counts. A directory that does not exist has no files.
 *
 * @throws ValueError if the gateway has no permission to read the directory.
 */
function expand(pattern: string, directory: string, onFolder: EntrySource['onFolder']): string[] {
  const { globSync, isDynamicPattern } = globbing();
  const steps = pattern.split('/');
  const firstDynamic = steps.findIndex((step) => isDynamicPattern(step));
  const literal = steps.slice(0, firstDynamic).join('/');
  const folder = resolve(directory, literal === '' && pattern.startsWith('/') ? '/' : literal);
  onFolder?.(folder);
  try {
    readdirSync(folder);
  } catch (error) {
    if (fileError(error).startsWith('no permission'))
      throw new ValueError('no permission to read the directory');
  }
  const options = { cwd: directory, absolute: true, expandDirectories: false } as const;
  try {
    const folders = folderPatterns(steps, firstDynamic);
    if (onFolder !== undefined && folders.length > 0)
      for (const found of globSync(folders, { ...options, onlyDirectories: true })) onFolder(resolve(found));
    return globSync(pattern, { ...options, onlyFiles: true }).sort();
  } catch {
    return [];
  }
}

/**
 * The patterns of the folders in which a pattern looks, from the first wildcard on. For
 * `conf.d/[a-z]/more/*.conf` they are `conf.d/[a-z]` and `conf.d/[a-z]/more`.
 */
function folderPatterns(steps: readonly string[], firstDynamic: number): string[] {
  // `**` at the end matches files at any depth.
  const last = steps.at(-1) === '**' ? steps.length : steps.length - 1;
  return steps
    .slice(firstDynamic, last)
    .map((_, index) => steps.slice(0, firstDynamic + index + 1).join('/'));
}

/** Loads the glob library for the first include, because most configurations have none. */
function globbing(): typeof TinyGlobby {
  return createRequire(import.meta.url)('tinyglobby');
}

type Content = { text: string; error?: undefined } | { error: string };

function readText(path: string, readFile: ReadFile): Content {
  try {
    const content = readFile(path);
    if (typeof content !== 'string' && isUtf16(content))
      return { error: 'the file is UTF-16: save it as UTF-8' };
    const text =
      typeof content === 'string' ? content : new TextDecoder('utf-8', { fatal: true }).decode(content);
    return text.includes('\0')
      ? { error: 'the file is not UTF-8 text: it contains the character U+0000' }
      : { text };
  } catch (error) {
    return { error: fileError(error) };
  }
}

/** Recognizes UTF-16 by its byte order mark. */
function isUtf16([first, second]: Uint8Array): boolean {
  return (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/**
 * Files that the shell has opened for the process: standard input and `<(command)`. Any other pipe
 * may have no writer, and reading it would block.
 */
const OPENED = /^\/(?:dev\/stdin|dev\/fd\/\d+|proc\/self\/fd\/\d+)$/;

/** Whether a file may be a pipe, which can be read only once. */
export const isOpenedFile = (path: string): boolean => OPENED.test(path);

/** Reads a file that the configuration names. */
export const readFromDisk: ReadFile = (path) => readRegularFile(path);

/** Reads the file that the command line names. It may be a pipe that the shell has opened. */
export const readMainFromDisk: ReadFile = (path) =>
  isOpenedFile(path) ? readOpenedFile(path) : readRegularFile(path);
