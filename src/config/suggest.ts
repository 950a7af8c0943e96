import { distance } from 'fastest-levenshtein';
import { ADMIN_ALIASES } from './schema/admin.js';
import { PROCEDURE_SCOPE } from './schema/procedure.js';
import { GATEWAY_PREFIXES, GATEWAY_SCOPES, TOP_SCOPES } from './schema/scopes.js';
import { SERVICE_SCOPE } from './schema/service.js';
import { matchKey, type Scope } from './schema/spec.js';

/** The names of services, procedures and listeners in the correct lines of a file. */
export interface KnownNames {
  readonly services: readonly { readonly name: string; readonly procedures: readonly string[] }[];
  readonly listeners: readonly string[];
}

/** Finds the intended key for a misspelt one. */
export interface Suggester {
  /** The known key nearest to `key`, with the names in `key`; undefined if no key is near. */
  nearest(key: string): string | undefined;
  /**
   * The known key of which `key` is a typo, at most two edits away. It is fast enough to check
   * every unknown key of a file.
   */
  typoOf(key: string): string | undefined;
}

/** With two edits, a text with two swapped letters is a typo too. */
const TYPO_DISTANCE = 2;
/**
 * A key with more edits than this fraction of its fixed length is a different key, not a misspelt
 * one.
 */
const RELATED = 0.25;
const LONGEST_KEY = 300;

/**
 * Two edits leave at least one third of a text unchanged. This test is cheaper than counting edits.
 */
function sharesThird(text: string, candidate: string): boolean {
  const third = Math.ceil(candidate.length / 3);
  return [0, third, 2 * third].some((start) => text.includes(candidate.slice(start, start + third)));
}

/** Cyrillic and Greek letters that look like Latin ones. */
const HOMOGLYPHS: ReadonlyMap<string, string> = new Map(
  [
    'аa',
    'еe',
    'оo',
    'рp',
    'сc',
    'уy',
    'хx',
    'іi',
    'јj',
    'ѕs',
    'ԁd',
    'һh',
    'οo',
    'αa',
    'νv',
    'ιi',
    'κk',
    'τt',
  ].map(([foreign = '', latin = '']) => [foreign, latin]),
);

/**
 * Converts to lower case and Latin letters, for `RPC_GATEWAY` or `rpс_gateway` with a Cyrillic с.
 */
function plainLetters(key: string): string {
  if (/^[\x21-\x40\x5b-\x7e]*$/.test(key)) return key;
  return [...key.normalize('NFKC').toLowerCase()].map((letter) => HOMOGLYPHS.get(letter) ?? letter).join('');
}

/**
 * Creates a suggester for one file. It compares a key only with known keys that can contain its
 * names.
 */
export function createSuggester(names: KnownNames): Suggester {
  const tables = [
    ...GATEWAY_PREFIXES.flatMap((prefix) => GATEWAY_SCOPES.map((scope) => tableOf(scope, `${prefix}.`))),
    ...TOP_SCOPES.map((scope) => tableOf(scope, '')),
    ...[...ADMIN_ALIASES.keys()].map(aliasTable),
  ];
  return {
    nearest(key) {
      if (key.length > LONGEST_KEY) return undefined;
      const limitOf = ({ fixedLength }: Pattern) => Math.max(TYPO_DISTANCE, fixedLength * RELATED);
      const best = nearestOf(key, tables, names, limitOf);
      if (best !== undefined && best.far <= TYPO_DISTANCE) return best.key;
      return misplaced(key, names) ?? best?.key;
    },
    typoOf(key) {
      if (key.length > LONGEST_KEY) return undefined;
      return nearestOf(key, tables, names, () => TYPO_DISTANCE)?.key;
    },
  };
}

/** The keys of one scope below one prefix, prepared for comparison. */
interface Table {
  readonly path: readonly string[];
  readonly patterns: readonly Pattern[];
}

/** One key of a scope: `before`, then possibly a name, then `after`. */
interface Pattern {
  readonly before: string;
  readonly after: string;
  /** The index of the name among the steps of the key; undefined if the key has no name. */
  readonly nameAt: number | undefined;
  /** The number of steps after the name. */
  readonly stepsAfter: number;
  /** The length of the key without names. */
  readonly fixedLength: number;
}

function tableOf(scope: Scope, prefix: string): Table {
  const path = `${prefix}${scope.path}`;
  const keys = Object.entries(scope.keys).flatMap(([key, spec]) =>
    'record' in spec ? Object.keys(spec.record.keys).map((field) => `${key}.${field}`) : [key],
  );
  return { path: path.split('.'), patterns: keys.map((key) => patternOf(key, path)) };
}

/** A table with one key, which is another name for a key of another table. */
function aliasTable(alias: string): Table {
  const [path = '', key = ''] = alias.split('.');
  return { path: [path], patterns: [patternOf(key, path)] };
}

function patternOf(key: string, path: string): Pattern {
  const [before = '', after = ''] = key.split(/\$\w+/);
  return {
    before,
    after,
    nameAt: key === before ? undefined : before.split('.').length - 1,
    stepsAfter: after.split('.').length - 1,
    fixedLength: `${path}.${key}`.replace(/\$\w+/g, '').length,
  };
}

interface Candidate {
  readonly key: string;
  readonly far: number;
}

/** The nearest key within the limit of its pattern. */
function nearestOf(
  key: string,
  tables: readonly Table[],
  names: KnownNames,
  limitOf: (pattern: Pattern) => number,
): Candidate | undefined {
  const steps = key.split('.');
  const plain = plainLetters(key);
  let best: Candidate | undefined;
  for (const table of tables) {
    for (const path of pathsOf(table.path, key, steps, names)) {
      for (const pattern of table.patterns) {
        const limit = limitOf(pattern);
        for (const candidate of filled(path, table.path.length, pattern, steps)) {
          // The distance is at least the difference in length, which is cheap to compute.
          const least = Math.abs(candidate.length - key.length);
          if (least > limit || (best !== undefined && least >= best.far)) continue;
          const other = plain === key ? candidate : plainLetters(candidate);
          if (limit <= TYPO_DISTANCE && !sharesThird(plain, other)) continue;
          const far = distance(plain, other);
          if (far <= limit && (best === undefined || far < best.far)) best = { key: candidate, far };
        }
      }
    }
  }
  return best;
}

/** The correct key if a key of a service is below a procedure, or the other way round. */
function misplaced(key: string, names: KnownNames): string | undefined {
  const [prefix, services, service = '', procedures, ...inner] = key.split('.');
  if (!GATEWAY_PREFIXES.some((known) => known === prefix) || services !== 'services') return undefined;
  const path = `${prefix}.services.${service}`;
  const serviceKey = inner.slice(1).join('.');
  if (procedures === 'procedures' && matchKey(SERVICE_SCOPE.keys, serviceKey)) return `${path}.${serviceKey}`;
  const procedureKey = [procedures, ...inner].join('.');
  if (!matchKey(PROCEDURE_SCOPE.keys, procedureKey)) return undefined;
  const known = names.services.find(({ name }) => name === service)?.procedures[0] ?? 'NAME';
  return `${path}.procedures.${known}.${procedureKey}`;
}

/**
 * Fills names into the path of a scope: the names in the key, and known names that the key seems to
 * contain.
 */
function* pathsOf(
  parts: readonly string[],
  key: string,
  steps: readonly string[],
  names: KnownNames,
  from = 0,
): Iterable<string> {
  const index = parts.findIndex((part, place) => place >= from && part.startsWith('$'));
  if (index < 0) {
    yield parts.join('.');
    return;
  }
  const before = parts.slice(0, index);
  const start = before.join('.').length + 1;
  const known = knownAt(parts, index, names).filter((name) => standsAt(name, start, key));
  const own = steps[index] ?? '';
  for (const name of new Set(own === '' ? known : [own, ...known])) {
    yield* pathsOf([...before, name, ...parts.slice(index + 1)], key, steps, names, index + 1);
  }
}

/**
 * The known names for one step of a path. Names of procedures depend on the service before them.
 */
function knownAt(
  parts: readonly string[],
  index: number,
  { services, listeners }: KnownNames,
): readonly string[] {
  if (parts[index] === '$name') return listeners;
  if (parts[index] === '$service') return services.map(({ name }) => name);
  return services.find(({ name }) => name === parts[index - 2])?.procedures ?? [];
}

/**
 * Tells whether `key` contains a name near `start`. A typo before the name shifts it by at most
 * two.
 */
function standsAt(name: string, start: number, key: string): boolean {
  for (let shift = -TYPO_DISTANCE; shift <= TYPO_DISTANCE; shift++) {
    if (key.startsWith(name, start + shift)) return true;
  }
  return false;
}

/**
 * Fills the `$name` of a family with the steps of the misspelt key at the same index. A typo that
 * adds or removes a dot shifts the index by one, so the neighbouring indexes are tried too.
 */
function* filled(path: string, depth: number, pattern: Pattern, steps: readonly string[]): Iterable<string> {
  const { before, after, nameAt, stepsAfter } = pattern;
  if (nameAt === undefined) {
    yield `${path}.${before}`;
    return;
  }
  for (const shift of [0, -1, 1]) {
    const name = steps.slice(depth + nameAt + shift, steps.length - stepsAfter).join('.');
    if (name !== '') yield `${path}.${before}${name}${after}`;
  }
}
