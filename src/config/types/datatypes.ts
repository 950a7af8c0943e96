import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { ValueError } from './value-error.js';

/** What a datatype may ask about the place a value stands in. */
export interface ValueContext {
  /** The directory of the file that holds the value; paths are relative to it. */
  readonly directory: string;
  /** Reads a file, or throws; used only to find out whether it can be read. */
  readonly readFile: (path: string) => unknown;
  /** The value stands in quotes. */
  readonly quoted?: boolean;
}

/** How the text of a value becomes a typed value. */
export interface DataType<T> {
  /** What is allowed, for the reference: `duration`, `integer from 1 to 100`. */
  readonly description: string;
  /** In templates: where their variables come from. Absent: `{{` means nothing in a value of this type. */
  readonly variables?: 'auth.vars' | 'kwargs';
  /** In templates: where text that the environment brings is a secret, and is not shown. Absent: in the whole value. */
  readonly secretFromEnvironment?: 'behind the host';
  /** @throws ValueError saying what is allowed. */
  readonly parse: (text: string, context: ValueContext) => T;
}

/** Longer ones overflow a timer of Node: 2^31 − 1 ms. */
const MAX_DAYS = 24;
const DAY_MS = 86_400_000;

/** Strings of V8 end near 512 MB, and a message or body must fit into one. */
const MAX_BYTE_SIZE = 500 * 1024 * 1024;

/** Any text, the empty one too. */
export const text: DataType<string> = { description: 'text', parse: (value) => value };

/** Any text but the empty one. */
export const nonEmptyText: DataType<string> = {
  description: 'text, not empty',
  parse(value) {
    if (value === '') throw new ValueError('the value is empty');
    return value;
  },
};

/** A whole number between two bounds. */
export function integer(bounds: { min: number; max: number }): DataType<number> {
  const description = `integer from ${bounds.min} to ${bounds.max}`;
  return {
    description,
    parse(value) {
      const number = /^[+-]?\d+$/.test(value) ? Number(value) : Number.NaN;
      if (/^\d[\d_., ]*$/.test(value) && /[_., ]/.test(value)) {
        throw new ValueError(`must be an ${description}, written in digits alone`);
      }
      if (!(number >= bounds.min && number <= bounds.max)) throw new ValueError(`must be an ${description}`);
      return number;
    },
  };
}

/** `on` or `off`, in any case. */
export const flag: DataType<boolean> = {
  description: 'flag: on or off',
  parse(value) {
    const word = value.toLowerCase();
    if (word !== 'on' && word !== 'off') throw new ValueError('must be on or off');
    return word === 'on';
  },
};

/** One of a few words, in any case. */
export function oneOf<const W extends string>(...words: readonly W[]): DataType<W> {
  return {
    description: words.length === 1 ? `the word ${words[0]}` : `one of ${words.join(', ')}`,
    parse(value) {
      const found = words.find((word) => word === value.toLowerCase());
      if (found === undefined) throw new ValueError(`must be ${listOr(words)}`);
      return found;
    },
  };
}

const UNIT_MS: Readonly<Record<string, number>> = {
  f: 14 * DAY_MS,
  w: 7 * DAY_MS,
  d: DAY_MS,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
};
const DURATION_PART = /(\d+(?:\.\d+)?)(ms|[fwdhms])/g;
const WHOLE_DURATION = /^(?:\d+(?:\.\d+)?(?:ms|[fwdhms]))+$/;
/** `5 s`, `1h 30m`: the spaces mean nothing. */
const SPACE = /(?<=\d) (?=[a-z])|(?<=[a-z]) (?=\d)/g;
/** `M` could be months to one reader and minutes to another. */
const CAPITAL_UNIT = /^[\d.\sfwdhms]+$/i;

/**
 * A length of time such as `1h30m`, in milliseconds.
 *
 * @param options.zero what zero means; without it zero is refused.
 */
export function duration(options: { zero?: string } = {}): DataType<number> {
  return {
    description: options.zero === undefined ? 'duration' : `duration, 0 = ${options.zero}`,
    parse(value) {
      const ms = value === '0' ? 0 : parseDuration(value);
      if (ms === 0 && options.zero === undefined) throw new ValueError('must be longer than 0');
      if (ms > MAX_DAYS * DAY_MS) throw new ValueError(`is too long: at most ${MAX_DAYS}d are possible`);
      return ms;
    },
  };
}

function parseDuration(text: string): number {
  const value = text.replace(SPACE, '');
  if (/^\d+(?:\.\d+)?$/.test(value)) {
    throw new ValueError('a duration needs a unit: put one of f w d h m s ms behind the number, as in 15s');
  }
  if (!WHOLE_DURATION.test(value)) {
    if (CAPITAL_UNIT.test(value) && WHOLE_DURATION.test(value.toLowerCase())) {
      throw new ValueError('the units of a duration are small letters: f w d h m s ms, as in 15s or 1h30m');
    }
    throw new ValueError('must be a duration: numbers with the units f w d h m s ms, as in 15s or 1h30m');
  }
  let total = 0;
  const seen = new Set<string>();
  for (const [, count, unit] of value.matchAll(DURATION_PART) as Iterable<[string, string, string]>) {
    if (seen.has(unit)) throw new ValueError('the same unit stands twice in the duration');
    seen.add(unit);
    total += Number(count) * (UNIT_MS[unit] ?? Number.NaN);
  }
  return Math.round(total);
}

const BYTES: Readonly<Record<string, number>> = { '': 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** A number of bytes such as `16MB` (1 KB = 1,024 bytes, as in Bondy), at least 1 KB. */
export const byteSize = bytesUpTo(MAX_BYTE_SIZE, '500MB');

/** The same, for what many things take together. */
export const byteSum = bytesUpTo(1024 ** 4, '1024GB');

function bytesUpTo(most: number, inWords: string): DataType<number> {
  return {
    description: `byte size, from 1KB to ${inWords}`,
    parse(value) {
      const [, count, unit] = /^(\d+)\s?(|KB|MB|GB)$/i.exec(value) ?? [];
      if (count === undefined || unit === undefined) {
        throw new ValueError('must be a byte size: a whole number with KB, MB or GB behind it, as in 16MB');
      }
      const bytes = Number(count) * (BYTES[unit.toLowerCase()] ?? Number.NaN);
      if (!(bytes >= 1024 && bytes <= most)) {
        throw new ValueError(`must be a byte size from 1KB to ${inWords}`);
      }
      return bytes;
    },
  };
}

/** A list of values, parted by commas, none twice; nothing at all is the empty list. */
export function listOf<T>(item: DataType<T>): DataType<readonly T[]> {
  return {
    description: `list, parted by commas, each: ${item.description}`,
    parse(value, context) {
      if (value === '') return [];
      const items = value.split(',').map((piece) => piece.trim());
      if (items.includes('')) throw new ValueError('must be a list parted by commas, without empty items');
      return [...new Set(items.map((piece) => item.parse(piece, context)))];
    },
  };
}

/** Numbers of HTTP statuses out of a range. */
export function statuses(bounds: { min: number; max: number }): DataType<readonly number[]> {
  const list = listOf(integer(bounds));
  return {
    description: `list of HTTP statuses from ${bounds.min} to ${bounds.max}, parted by commas`,
    parse(value, context) {
      try {
        return list.parse(value, context);
      } catch (error) {
        if (!(error instanceof ValueError)) throw error;
        throw new ValueError(
          `must be a list of HTTP statuses from ${bounds.min} to ${bounds.max}, parted by commas`,
        );
      }
    },
  };
}

/** The way to a member of a JSON document: `data.access_token`. */
export const dotPath: DataType<readonly string[]> = {
  description: 'dot path into a JSON document, as in data.access_token',
  parse(value) {
    const steps = value.split('.');
    if (steps.some((step) => step.trim() !== step || step === '')) {
      throw new ValueError('must be a dot path such as data.access_token, without empty steps');
    }
    return steps;
  },
};

/** The same, or `.` for the whole document, which is the path without a step. */
export const wholeOrDotPath: DataType<readonly string[]> = {
  description: 'dot path into a JSON document, as in data.access_token, or . for the whole of it',
  parse: (value, context) => (value === '.' ? [] : dotPath.parse(value, context)),
};

/** A path in the file system, made absolute; the file need not exist yet. */
export const filePath: DataType<string> = {
  description: 'file, relative to the configuration file',
  parse(value, context) {
    if (value === '' || value.includes('\0')) throw new ValueError('must be the path of a file');
    return resolve(context.directory, value);
  },
};

/** A file that is there and can be read, as an absolute path. */
export const readableFile: DataType<string> = {
  description: filePath.description,
  parse(value, context) {
    const path = filePath.parse(value, context);
    try {
      context.readFile(path);
    } catch (error) {
      const hint = value.includes('$(')
        ? "Bondy's $(variables) are not replaced here: write the path itself"
        : 'a path is relative to the configuration file';
      throw new ValueError(`${fileError(error)} (${hint})`);
    }
    return path;
  },
};

/** Stands for the CAs of the runtime in a list of {@link caFiles}; no path, since those are absolute. */
export const SYSTEM_CAS = 'system';

/** Files of CA certificates; the word `system` stands for the system's. */
export const caFiles: DataType<readonly string[]> = {
  description: 'list, parted by commas, each: a file, relative to the configuration file, or the word system',
  parse: (value, context) => listOf(caFile).parse(value === '' ? ',' : value, context),
};

const caFile: DataType<string> = {
  description: 'file or system',
  parse: (value, context) => (value === SYSTEM_CAS ? SYSTEM_CAS : readableFile.parse(value, context)),
};

/** An IP address, or `localhost`. */
export const ipAddress: DataType<string> = {
  description: 'IP address',
  parse(value) {
    if (isIP(value) === 0 && value !== 'localhost') {
      throw new ValueError('must be an IP address such as 127.0.0.1, ::1 or 0.0.0.0');
    }
    return value;
  },
};

const FILE_TROUBLES: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EISDIR: 'this is a directory, not a file',
  EACCES: 'no permission to read the file',
  EPERM: 'no permission to read the file',
  ERR_ENCODING_INVALID_ENCODED_DATA: 'the file is not UTF-8 text',
  ERR_INVALID_ARG_VALUE: 'there is no such file',
  ELOOP: 'the file is a symbolic link to itself',
  ERR_NOT_A_FILE: 'this is not a regular file but a pipe, a socket or a device',
  ERR_FILE_TOO_LARGE: 'the file is too large: at most 64 MB are read',
  ENXIO: 'this is not a regular file but a pipe, a socket or a device',
};

/** Why a file could not be read, as a plain sentence without its path. */
export function fileError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return FILE_TROUBLES[code] ?? `the file cannot be read${/^[A-Z]\w+$/.test(code) ? ` (${code})` : ''}`;
}

/** `a`, `a or b`, `a, b or c`. */
export function listOr(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
