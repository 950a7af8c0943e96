import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { ValueError } from './value-error.js';

/** The context of a value that a datatype parses. */
export interface ValueContext {
  /** The directory of the file that holds the value. Paths are relative to it. */
  readonly directory: string;
  /** Reads a file, or throws. Datatypes use it only to check that the file is readable. */
  readonly readFile: (path: string) => unknown;
  /** True if the value is in quotes. */
  readonly quoted?: boolean;
}

/** Parses the text of a value into a typed value. */
export interface DataType<T> {
  /** What is allowed, for the reference, such as `duration` or `integer from 1 to 100`. */
  readonly description: string;
  /** The unit of the typed value, if it is a number with one. */
  readonly unit?: 'ms';
  /** Where the variables of a template come from. Absent if the type is not a template. */
  readonly variables?: 'auth.vars' | 'kwargs';
  /**
   * The part of a template in which text from `${ENV}` is masked, because it may be a secret.
   * Default: the whole template.
   */
  readonly secretFromEnvironment?: 'after the host';
  /** True for a list whose items may be in quotes. Then quotes around the whole value belong to an item. */
  readonly quotedItems?: true;
  /** @throws ValueError that says what is allowed. */
  readonly parse: (text: string, context: ValueContext) => T;
}

/** A timer of Node takes at most 2^31 − 1 ms, which is a little more than 24 days. */
const MAX_DAYS = 24;
const DAY_MS = 86_400_000;

/** A message or body must fit into one string. V8 limits strings to about 512 MB. */
const MAX_BYTE_SIZE = 500 * 1024 * 1024;

/** Any text, including the empty one. */
export const text: DataType<string> = { description: 'text', parse: (value) => value };

/** Any text except the empty one. */
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
        throw new ValueError(`must be an ${description}, written with digits only`);
      }
      if (!(number >= bounds.min && number <= bounds.max)) throw new ValueError(`must be an ${description}`);
      return number;
    },
  };
}

/** A number from 0 to 1, such as `0.25`. */
export const ratio: DataType<number> = {
  description: 'number from 0 to 1',
  parse(value) {
    const number = /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= 0 && number <= 1)) throw new ValueError('must be a number from 0 to 1, as in 0.25');
    return number;
  },
};

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
/** Spaces in `5 s` and `1h 30m` are allowed. */
const SPACE = /(?<=\d) (?=[a-z])|(?<=[a-z]) (?=\d)/g;
/** Capital units are refused: `M` could mean months or minutes. */
const CAPITAL_UNIT = /^[\d.\sfwdhms]+$/i;

/**
 * A duration such as `1h30m`, in milliseconds.
 *
 * @param options.zero what 0 means, for the reference. Without it, 0 is refused.
 */
export function duration(options: { zero?: string } = {}): DataType<number> {
  return {
    description: options.zero === undefined ? 'duration' : `duration, 0 = ${options.zero}`,
    unit: 'ms',
    parse(value) {
      const ms = value === '0' ? 0 : parseDuration(value);
      if (ms === 0 && options.zero === undefined) throw new ValueError('must be longer than 0');
      if (ms > MAX_DAYS * DAY_MS) throw new ValueError(`must be at most ${MAX_DAYS}d`);
      return ms;
    },
  };
}

function parseDuration(text: string): number {
  const value = text.replace(SPACE, '');
  if (/^\d+(?:\.\d+)?$/.test(value)) {
    throw new ValueError('a duration needs a unit: write one of f w d h m s ms after the number, as in 15s');
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
    if (seen.has(unit)) throw new ValueError('the duration contains the same unit twice');
    seen.add(unit);
    total += Number(count) * (UNIT_MS[unit] ?? Number.NaN);
  }
  return Math.round(total);
}

const BYTES: Readonly<Record<string, number>> = { '': 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** A number of bytes such as `16MB` (1 KB = 1,024 bytes, as in Bondy), at least 1 KB. */
export const byteSize = bytesUpTo(MAX_BYTE_SIZE, '500MB');

/** The same with a higher maximum, for a limit that many connections or sessions share. */
export const byteSum = bytesUpTo(1024 ** 4, '1024GB');

function bytesUpTo(max: number, inWords: string): DataType<number> {
  return {
    description: `byte size, from 1KB to ${inWords}`,
    parse(value) {
      const [, count, unit] = /^(\d+)\s?(|KB|MB|GB)$/i.exec(value) ?? [];
      if (count === undefined || unit === undefined) {
        throw new ValueError('must be a byte size: a whole number followed by KB, MB or GB, as in 16MB');
      }
      const bytes = Number(count) * (BYTES[unit.toLowerCase()] ?? Number.NaN);
      if (!(bytes >= 1024 && bytes <= max)) {
        throw new ValueError(`must be a byte size from 1KB to ${inWords}`);
      }
      return bytes;
    },
  };
}

/** A list of values separated by commas, without duplicates. An empty value is the empty list. */
export function listOf<T>(item: DataType<T>): DataType<readonly T[]> {
  return {
    description: `list, separated by commas, each: ${item.description}`,
    parse(value, context) {
      if (value === '') return [];
      const items = value.split(',').map((piece) => piece.trim());
      if (items.includes('')) throw new ValueError('must be a list separated by commas, without empty items');
      return [...new Set(items.map((piece) => item.parse(piece, context)))];
    },
  };
}

/** A list of HTTP statuses within a range. */
export function statuses(bounds: { min: number; max: number }): DataType<readonly number[]> {
  const list = listOf(integer(bounds));
  return {
    description: `list of HTTP statuses from ${bounds.min} to ${bounds.max}, separated by commas`,
    parse(value, context) {
      try {
        return list.parse(value, context);
      } catch (error) {
        if (!(error instanceof ValueError)) throw error;
        throw new ValueError(
          `must be a list of HTTP statuses from ${bounds.min} to ${bounds.max}, separated by commas`,
        );
      }
    },
  };
}

/** The path to a member of a JSON document, such as `data.access_token`. */
export const dotPath: DataType<readonly string[]> = {
  description: 'dot path into a JSON document, as in data.access_token; \\. is a dot in a name',
  parse(value) {
    const steps = value.split(/(?<!\\)\./).map((step) => step.replaceAll('\\.', '.'));
    if (steps.some((step) => step.trim() !== step || step === '')) {
      throw new ValueError('must be a dot path such as data.access_token, without empty steps');
    }
    return steps;
  },
};

/** The same, or `.` for the whole document, which becomes the empty path. */
export const wholeOrDotPath: DataType<readonly string[]> = {
  description: 'dot path into a JSON document, as in data.access_token, or . for the whole document',
  parse: (value, context) => (value === '.' ? [] : dotPath.parse(value, context)),
};

/** A path in the file system, made absolute. The file does not have to exist. */
export const filePath: DataType<string> = {
  description: 'file, relative to the configuration file',
  parse(value, context) {
    if (value === '' || value.includes('\0')) throw new ValueError('must be the path of a file');
    return resolve(context.directory, value);
  },
};

/** The absolute path of a readable file. */
export const readableFile: DataType<string> = {
  description: filePath.description,
  parse(value, context) {
    const path = filePath.parse(value, context);
    try {
      context.readFile(path);
    } catch (error) {
      const hint = value.includes('$(')
        ? '$(variables) of Bondy are not replaced here: write the path itself'
        : 'a path is relative to the configuration file';
      throw new ValueError(`${fileError(error)} (${hint})`);
    }
    return path;
  },
};

/**
 * In a list of {@link caFiles}, means the CAs that Node.js trusts by default. It cannot be a path,
 * because {@link caFiles} makes every path absolute.
 */
export const SYSTEM_CAS = 'system';

/** Files with CA certificates. The word `system` means the CAs of the system. */
export const caFiles: DataType<readonly string[]> = {
  description:
    'list, separated by commas, each: a file, relative to the configuration file, or the word system',
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

const FILE_ERRORS: Readonly<Record<string, string>> = {
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

/** Says why a file is unreadable. The message does not contain the path. */
export function fileError(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return FILE_ERRORS[code] ?? `the file cannot be read${/^[A-Z]\w+$/.test(code) ? ` (${code})` : ''}`;
}

/** Joins words as in `a`, `a or b`, `a, b or c`. */
export function listOr(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
