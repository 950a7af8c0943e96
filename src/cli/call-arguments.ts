import { readMainFromDisk } from '../config/syntax/includes.js';
import { parseJson, stringifyJson } from '../json.js';
import { CommandFailure, EXIT, type Host } from './host.js';

/** What a call carries, as the user wrote it. */
export interface CallArguments {
  readonly args: readonly unknown[];
  readonly kwargs: Record<string, unknown>;
}

export interface ArgumentOptions {
  /** A JSON list. */
  readonly args?: string;
  /** A JSON object, `@file` for one in a file, `-` for one on stdin. */
  readonly kwargs?: string;
}

/**
 * The arguments of a call: those of `--args` and `--kwargs`, and the `key=value` words.
 *
 * @throws CommandFailure if one of them cannot be read, or a name is given twice
 */
export async function callArguments(
  words: readonly string[],
  options: ArgumentOptions,
  host: Host,
): Promise<CallArguments> {
  const args = options.args === undefined ? [] : parseAs('--args', options.args, isList, 'list');
  if (options.kwargs === undefined) return { args, kwargs: parseCallArguments(words) };
  const text = await textOf(options.kwargs, host);
  const kwargs = parseAs('--kwargs', text, isObject, 'object');
  return { args, kwargs: parseCallArguments(words, kwargs) };
}

/**
 * Keyword arguments from `key=value` words. A value that parses as JSON is JSON, big integers exactly; any other is
 * text: `amount=2500` is a number, `id=INV-001` text, `id='"007"'` text too. A number that JSON would write in another
 * way (`1.10`, `1e5`) stays text, so that what was typed is what is sent.
 *
 * @param given arguments that stand beside the words
 */
export function parseCallArguments(
  words: readonly string[],
  given: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const entries = new Map<string, unknown>(Object.entries(given));
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 1) throw usage(`"${word}" is not an argument: write key=value, for example id=INV-001.`);
    const key = word.slice(0, equals);
    if (entries.has(key)) throw usage(`"${key}" is given twice: for a list write ${key}='[1, 2]'.`);
    entries.set(key, jsonOrText(word.slice(equals + 1)));
  }
  // fromEntries defines own properties, so a key named __proto__ is a key like any other.
  return Object.fromEntries(entries);
}

function jsonOrText(text: string): unknown {
  try {
    const value = parseJson(text);
    return typeof value === 'number' && stringifyJson(value) !== text.trim() ? text : value;
  } catch {
    return text;
  }
}

function parseAs<T>(option: string, text: string, is: (value: unknown) => value is T, kind: string): T {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw usage(`${option} is not JSON: write a JSON ${kind}, in single quotes for the shell.`);
  }
  if (!is(value)) throw usage(`${option} must be a JSON ${kind}.`);
  return value;
}

async function textOf(option: string, host: Host): Promise<string> {
  if (option === '-') return await readAll(host);
  if (!option.startsWith('@')) return option;
  const path = option.slice(1);
  try {
    return Buffer.from(readMainFromDisk(path)).toString('utf8');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw usage(`--kwargs: the file ${path} cannot be read (${code}).`);
  }
}

async function readAll({ stdin }: Host): Promise<string> {
  const chunks: Buffer[] = [];
  // Put together first: a character may begin in one chunk and end in the next.
  for await (const chunk of stdin ?? []) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function usage(sentence: string): CommandFailure {
  return new CommandFailure(sentence, EXIT.usage);
}
