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

export interface Suggestion {
  /** The known key, with the names that the misspelt one has. */
  readonly key: string;
  /** So near that the misspelt key can hardly mean anything else: one slip of the fingers, a swap of two letters counted. */
  readonly isTypo: boolean;
}

/** A swap of two neighbouring letters is two edits. */
const TYPO_DISTANCE = 2;
/** Beyond this part of its fixed length a key is not misspelt but a different one. */
const RELATED = 0.25;
const LONGEST_KEY = 300;

/** The known key nearest to `key`, or undefined where none is near. */
export function suggestKey(key: string, names: KnownNames): Suggestion | undefined {
  if (key.length > LONGEST_KEY) return undefined;
  let best: (Candidate & { far: number }) | undefined;
  for (const candidate of candidatesFor(key, names)) {
    // No nearer than the difference in length, which is cheap to tell.
    if (best !== undefined && Math.abs(candidate.key.length - key.length) >= best.far) continue;
    const far = distance(key, candidate.key);
    if (best === undefined || far < best.far) best = { ...candidate, far };
  }
  if (best !== undefined && best.far <= TYPO_DISTANCE) return { key: best.key, isTypo: true };
  const elsewhere = misplaced(key, names);
  if (elsewhere !== undefined) return { key: elsewhere, isTypo: false };
  if (best === undefined || best.far > best.fixedLength * RELATED) return undefined;
  return { key: best.key, isTypo: false };
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

interface Candidate {
  readonly key: string;
  /** The length of what the schema gives, names left out. */
  readonly fixedLength: number;
}

/** Every key of the schema, its `$names` filled with what may stand for them. */
function* candidatesFor(key: string, names: KnownNames): Iterable<Candidate> {
  const steps = key.split('.');
  for (const prefix of GATEWAY_PREFIXES) {
    for (const scope of GATEWAY_SCOPES) yield* keysOf(scope, `${prefix}.`, steps, names);
  }
  for (const scope of TOP_SCOPES) yield* keysOf(scope, '', steps, names);
}

function* keysOf(
  scope: Scope,
  prefix: string,
  steps: readonly string[],
  names: KnownNames,
): Iterable<Candidate> {
  for (const path of pathsOf(`${prefix}${scope.path}`, steps, names)) {
    const depth = path.split('.').length;
    for (const [key, spec] of Object.entries(scope.keys)) {
      const patterns =
        'record' in spec ? Object.keys(spec.record.keys).map((field) => `${key}.${field}`) : [key];
      for (const pattern of patterns) {
        const fixedLength = `${prefix}${scope.path}.${pattern}`.replace(/\$\w+/g, '').length;
        for (const filledKey of filled(`${path}.${pattern}`, depth, steps))
          yield { key: filledKey, fixedLength };
      }
    }
  }
}

/** The scope's path with names: those of the key itself first, then those that the file knows. */
function* pathsOf(path: string, steps: readonly string[], names: KnownNames): Iterable<string> {
  const parts = path.split('.');
  const at = (name: string) => steps[parts.indexOf(name)];
  if (parts.includes('$name')) {
    for (const name of some(at('$name'), names.listeners)) yield path.replace('$name', () => name);
    return;
  }
  if (!parts.includes('$service')) {
    yield path;
    return;
  }
  const serviceNames = names.services.map(({ name }) => name);
  for (const service of some(at('$service'), serviceNames)) {
    const withService = path.replace('$service', () => service);
    if (!parts.includes('$proc')) {
      yield withService;
      continue;
    }
    const known = names.services.find(({ name }) => name === service)?.procedures ?? [];
    for (const proc of some(at('$proc'), known)) yield withService.replace('$proc', () => proc);
  }
}

function some(own: string | undefined, known: readonly string[]): ReadonlySet<string> {
  return new Set([...(own === undefined || own === '' ? [] : [own]), ...known]);
}

/**
 * A family's `$name` takes what the misspelt key has in its place. A slip that makes or loses a dot moves that place by
 * one, so the places beside it are tried too.
 */
function* filled(pattern: string, depth: number, steps: readonly string[]): Iterable<string> {
  const parts = pattern.split('.');
  const index = parts.findIndex((part, place) => place >= depth && part.startsWith('$'));
  if (index < 0) {
    yield pattern;
    return;
  }
  const before = parts.slice(0, index).join('.');
  const after = parts.slice(index + 1);
  for (const shift of [0, -1, 1]) {
    const name = steps.slice(index + shift, steps.length - after.length).join('.');
    if (name !== '') yield [before, name, ...after].join('.');
  }
}
