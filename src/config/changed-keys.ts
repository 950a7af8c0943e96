import type { LoadedConfig } from './model.js';

/** A key that the files set otherwise than before. Its values have no secret. */
export interface ChangedKey {
  readonly key: string;
  /** Null if no file set it. */
  readonly before: string | null;
  /** Null if no file sets it any more. */
  readonly after: string | null;
}

/** Keys of one answer. */
const MAX_KEYS = 200;

/** Compares what the files of two configurations set. It cannot see that a masked value changed. */
export function changedKeys(
  before: Pick<LoadedConfig, 'written'>,
  after: Pick<LoadedConfig, 'written'>,
): readonly ChangedKey[] {
  const [old, now] = [valuesOf(before), valuesOf(after)];
  const names = new Set([...now.keys(), ...old.keys()]);
  return [...names]
    .filter((key) => old.get(key) !== now.get(key))
    .slice(0, MAX_KEYS)
    .map((key) => ({ key, before: old.get(key) ?? null, after: now.get(key) ?? null }));
}

const valuesOf = ({ written }: Pick<LoadedConfig, 'written'>): ReadonlyMap<string, string> =>
  new Map(written.scopes.flatMap(({ keys }) => [...keys.values()].map(({ key, value }) => [key, value])));
