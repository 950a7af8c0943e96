import { readMainFromDisk } from '../config/syntax/includes.js';
import { parseJson, stringifyJson } from '../json.js';
import type { HowMeant } from './call-types.js';
import { CommandFailure, EXIT, type Host } from './host.js';

/** The arguments of a call, as the user wrote them. */
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
 * Reads the arguments of a call from `--args`, `--kwargs` and the `key=value` words.
 *
 * @param howMeant tells which arguments are text, or JSON, in any case. Default: nothing
 * @throws CommandFailure if one of them is unreadable, or a name is given twice.
 */
export async function callArguments(
  words: readonly string[],
  options: ArgumentOptions,
  host: Host,
  howMeant: HowMeant = () => undefined,
): Promise<CallArguments> {
  const args = options.args === undefined ? [] : parseAs('--args', options.args, isList, 'list');
  if (options.kwargs === undefined) return { args, kwargs: parseCallArguments(words, {}, howMeant) };
  const text = await textOf(options.kwargs, host);
  const kwargs = parseAs('--kwargs', text, isObject, 'object');
  return { args, kwargs: parseCallArguments(words, kwargs, howMeant) };
}

/**
 * Parses keyword arguments from `key=value` words. A value that is valid JSON is sent as JSON, any
 * other value as text: `amount=2500` is a number, `id=INV-001` and `id='"007"'` are text. Big
 * integers stay exact. A number that JSON would write in another way (`1.10`, `1e5`) is text, so
 * that the call sends exactly what the user typed.
 *
 * @param given arguments from `--kwargs`.
 * @param howMeant tells which arguments are text, or JSON, in any case. A text in quotes is JSON
 */
export function parseCallArguments(
  words: readonly string[],
  given: Readonly<Record<string, unknown>> = {},
  howMeant: HowMeant = () => undefined,
): Record<string, unknown> {
  const entries = new Map<string, unknown>(Object.entries(given));
  for (const word of words) {
    const equals = word.indexOf('=');
    if (equals < 1) throw usage(`"${word}" is not an argument: write key=value, for example id=INV-001.`);
    const key = word.slice(0, equals);
    if (entries.has(key)) throw usage(`"${key}" is given twice: for a list write ${key}='[1, 2]'.`);
    const text = word.slice(equals + 1);
    entries.set(
      key,
      readValue(text, (value) => howMeant(key, value)),
    );
  }
  // fromEntries defines own properties, so __proto__ is a normal key.
  return Object.fromEntries(entries);
}

function readValue(text: string, howMeant: (value: unknown) => ReturnType<HowMeant>): unknown {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    return text;
  }
  if (typeof value === 'string') return value;
  const isOther = typeof value === 'number' && stringifyJson(value) !== text.trim();
  return (howMeant(value) ?? (isOther ? 'text' : 'json')) === 'text' ? text : value;
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
    throw usage(`--kwargs: the file ${path} is unreadable (${code}).`);
  }
}

async function readAll({ stdin }: Host): Promise<string> {
  const chunks: Buffer[] = [];
  // The chunks are joined before decoding, because a character may span two chunks.
  for await (const chunk of stdin ?? []) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function usage(message: string): CommandFailure {
  return new CommandFailure(message, EXIT.usage);
}
