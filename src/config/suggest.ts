import { distance } from 'fastest-levenshtein';
import { PROCEDURE_SCOPE } from './schema/procedure.js';
import { GATEWAY_PREFIXES, GATEWAY_SCOPES, TOP_SCOPES } from './schema/scopes.js';
import { SERVICE_SCOPE } from './schema/service.js';
import { matchKey, type Scope } from './schema/spec.js';

/** The names that the correct lines of a file give to services, procedures and listeners. */
export interface KnownNames {
  readonly services: readonly { readonly name: string; readonly procedures: readonly string[] }[];
  readonly listeners: readonly string[];
}

/** Finds what a misspelt key may have meant. */
export interface Suggester {
  /** The known key nearest to `key`, with the names that `key` has; undefined where none is near. */
  nearest(key: string): string | undefined;
  /**
   * The known key that `key` can hardly mean anything else than: one slip of the fingers away, a swap of two letters
   * counted. Quick, so that every foreign key of a file can be asked about.
   */
  typoOf(key: string): string | undefined;
}

/** A swap of two neighbouring letters is two edits. */
const TYPO_DISTANCE = 2;
/** Beyond this part of its fixed length a key is not misspelt but a different one. */
const RELATED = 0.25;
const LONGEST_KEY = 300;

/** Two edits leave at least one third of a text as it is. That is cheaper to look for than to count edits. */
function sharesThird(text: string, candidate: string): boolean {
  const third = Math.ceil(candidate.length / 3);
  return [0, third, 2 * third].some((start) => text.includes(candidate.slice(start, start + third)));
}

/** Letters of other alphabets, Cyrillic and Greek, that look like ours. */
const LOOKALIKES: ReadonlyMap<string, string> = new Map(
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

/** In lower case, and with plain letters for those that look like them: `RPC_GATEWAY`, `rpс_gateway` with a Cyrillic с. */
function plainLetters(key: string): string {
  if (/^[\x21-\x40\x5b-\x7e]*$/.test(key)) return key;
  return [...key.normalize('NFKC').toLowerCase()].map((letter) => LOOKALIKES.get(letter) ?? letter).join('');
}

/** Made once for a file; each key is then compared with the few known keys whose names could be its own. */
export function createSuggester(names: KnownNames): Suggester {
  const tables = [
    ...GATEWAY_PREFIXES.flatMap((prefix) => GATEWAY_SCOPES.map((scope) => tableOf(scope, `${prefix}.`))),
    ...TOP_SCOPES.map((scope) => tableOf(scope, '')),
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

/** The keys of one scope under one prefix, prepared for comparing. */
interface Table {
  readonly path: readonly string[];
  readonly patterns: readonly Pattern[];
}

/** One key of a scope: `before`, then perhaps a name, then `after`. */
interface Pattern {
  readonly before: string;
  readonly after: string;
  /** Which step the name is, counted from the scope's first key step; undefined where the key has none. */
  readonly nameAt: number | undefined;
  /** How many steps follow the name. */
  readonly stepsAfter: number;
  /** The length of what the schema gives, names left out. */
  readonly fixedLength: number;
}

function tableOf(scope: Scope, prefix: string): Table {
  const path = `${prefix}${scope.path}`;
  const keys = Object.entries(scope.keys).flatMap(([key, spec]) =>
    'record' in spec ? Object.keys(spec.record.keys).map((field) => `${key}.${field}`) : [key],
  );
  return { path: path.split('.'), patterns: keys.map((key) => patternOf(key, path)) };
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
          // No nearer than the difference in length, which is cheap to tell.
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

/** The right place of a service's key that stands under a procedure, or the other way round. */
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

/** The path of a scope with names in it: those of the key itself, and those that the file knows and the key seems to have. */
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

/** The names that may stand at a place of a path; those of procedures belong to the service before them. */
function knownAt(
  parts: readonly string[],
  index: number,
  { services, listeners }: KnownNames,
): readonly string[] {
  if (parts[index] === '$name') return listeners;
  if (parts[index] === '$service') return services.map(({ name }) => name);
  return services.find(({ name }) => name === parts[index - 2])?.procedures ?? [];
}

/** A slip elsewhere leaves a name whole, and moves it no further than a typo's edits do. */
function standsAt(name: string, start: number, key: string): boolean {
  for (let shift = -TYPO_DISTANCE; shift <= TYPO_DISTANCE; shift++) {
    if (key.startsWith(name, start + shift)) return true;
  }
  return false;
}

/**
 * A family's `$name` takes what the misspelt key has in its place. A slip that makes or loses a dot moves that place by
 * one, so the places beside it are tried too.
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
