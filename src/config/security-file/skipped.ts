import { distance } from 'fastest-levenshtein';
import { joinSome } from '../join-some.js';
import { formatField, type JsonPath, type Report } from './json-path.js';

/**
 * Collects fields and words of Bondy that have no effect here. A real file of Bondy has many, so
 * one notice lists them all. A misspelt field of ours is an error: `grant` instead of `grants`
 * would leave a realm open.
 */
export interface Skipped {
  /** Collects the fields of an object that are not `known`. */
  fields(object: object, known: readonly string[], path: JsonPath): void;
  /** Adds an authmethod of Bondy that this router does not have. */
  method(name: string): void;
  permission(name: string): void;
  /** The notices; none if nothing was skipped. */
  notices(): readonly string[];
}

/** Fields of Bondy. They are not typos, even if they resemble ours. */
const OF_BONDY: ReadonlySet<string> = new Set([
  'alias',
  'aliases',
  'comment',
  'description',
  'encryption_keys',
  'info',
  'is_sso_realm',
  'oauth2',
  'password_opts',
  'private_keys',
  'public_keys',
  'sso_realm_uri',
]);

/** A swap of two neighbouring letters is two edits. */
const TYPO_DISTANCE = 2;
const SHORTEST_TYPO = 4;
const MAX_SHOWN = 8;

export function createSkipped(report: Report): Skipped {
  const fields = new Map<string, number>();
  const methods = new Set<string>();
  const permissions = new Set<string>();
  return {
    fields(object, known, path) {
      for (const name of Object.keys(object)) {
        if (known.includes(name)) continue;
        const meant = OF_BONDY.has(name) ? undefined : nearest(name, known);
        const field = formatField([...path, name]);
        if (meant === undefined) fields.set(field, (fields.get(field) ?? 0) + 1);
        else report([...path, name], `is not a known field; did you mean ${meant}?`);
      }
    },
    method: (name) => void methods.add(name),
    permission: (name) => void permissions.add(name),
    notices() {
      const total = [...fields.values()].reduce((sum, count) => sum + count, 0);
      return [
        ...(total === 0
          ? []
          : [
              `skipped ${total} field${total === 1 ? '' : 's'} without effect here: ${joinSome([...fields.keys()], MAX_SHOWN)}`,
            ]),
        ...(methods.size === 0
          ? []
          : [`skipped authmethods that this router does not have: ${joinSome([...methods], MAX_SHOWN)}`]),
        ...(permissions.size === 0
          ? []
          : [`skipped permissions that this router does not use: ${joinSome([...permissions], MAX_SHOWN)}`]),
      ];
    },
  };
}

function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length < SHORTEST_TYPO) return undefined;
  return known.find((candidate) => distance(name, candidate) <= TYPO_DISTANCE);
}
