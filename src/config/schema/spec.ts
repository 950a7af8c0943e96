import type { DataType } from '../types/datatypes.js';

/** What every row of the table says. */
interface Row {
  /** For the reference: what the key does, one or two sentences. */
  readonly meaning: string;
  /** For the reference: a value as it may stand in a file. */
  readonly example: string;
}

/** A key with one value. */
export interface SingleSpec extends Row {
  readonly type: DataType<unknown>;
  /** The default, written as in a file. */
  readonly default?: string;
  readonly required?: true;
  /** The default that follows from other keys, in words; resolve.ts sets it. */
  readonly computed?: string;
  /** The value must not be printable by accident. */
  readonly secret?: true;
  /** Values (of an enum) that are accepted and have no effect yet. */
  readonly pendingValues?: readonly string[];
  /** The name in the settings, where it is not the key itself. */
  readonly settingName?: string;
}

/** One member of a family of keys. */
export interface Member<N, T> {
  readonly name: N;
  readonly value: T;
}

/** A family of keys: `headers.$name`, where `$name` is the rest of the key. */
export interface FamilySpec extends Row {
  readonly family: {
    readonly name: DataType<string | number>;
    /** What makes two names the same; the name itself where absent. */
    readonly fold?: (name: string) => string;
    readonly collect: (members: readonly Member<never, never>[]) => unknown;
  };
  readonly type: DataType<unknown>;
  /** The values may be secrets. */
  readonly secret?: true;
}

/** Named groups of keys: `auth.secrets.vars.$var.field`. */
export interface RecordSpec {
  readonly record: { readonly name: DataType<string>; readonly keys: Readonly<Record<string, SingleSpec>> };
}

export type KeySpec = SingleSpec | FamilySpec | RecordSpec;

/** The keys of one scope: key as in the file, relative to the scope. A part `$name` stands for any name. */
export type KeyTable = Readonly<Record<string, KeySpec>>;

/** A table and where its keys stand in the file. */
export interface Scope {
  readonly title: string;
  /** What stands before the keys: `services.$service`, `wamp`. */
  readonly path: string;
  readonly keys: KeyTable;
  /** Keys, and what begins with them and a dot, that are accepted and have no effect yet. */
  readonly pending: readonly string[];
}

/** The family of a scope's pending list that `key` belongs to, if any. */
export function pendingFamily(scope: Pick<Scope, 'pending'>, key: string): string | undefined {
  return scope.pending.find((family) => key === family || key.startsWith(`${family}.`));
}

type SettingName<K extends PropertyKey, S> = S extends { readonly settingName: infer N extends string }
  ? N
  : K extends `${infer Family}.$${string}`
    ? Family
    : K;

type SettingValue<S> = S extends { readonly record: { readonly keys: infer Keys } }
  ? // Written out, so that docs/api.md shows its keys.
    ReadonlyMap<string, { readonly [K in keyof Keys as SettingName<K, Keys[K]>]: SettingValue<Keys[K]> }>
  : S extends { readonly family: { readonly collect: (members: never) => infer Collected } }
    ? Collected
    : S extends { readonly type: DataType<infer T> }
      ? S extends { readonly default: string } | { readonly required: true } | { readonly computed: string }
        ? T
        : T | undefined
      : never;

/** The typed settings that a table of keys describes. */
export type SettingsOf<Keys> = {
  readonly [K in keyof Keys as SettingName<K, Keys[K]>]: SettingValue<Keys[K]>;
};

/** The name under which a key's value stands in the settings: families lose their `.$name`. */
export function settingNameOf(key: string, spec: KeySpec): string {
  if ('settingName' in spec && spec.settingName !== undefined) return spec.settingName;
  return key.replace(/\.\$.*$/, '');
}

/** A key of a table that a key of a file stands for. */
export interface Match {
  readonly key: string;
  readonly spec: KeySpec;
  /** What `$name` stands for, in families and records. */
  readonly name?: string;
  /** The key within a record. */
  readonly field?: string;
}

/** Finds the row for `key`, which is relative to the table's scope. */
export function matchKey(keys: KeyTable, key: string): Match | undefined {
  const single = Object.hasOwn(keys, key) ? keys[key] : undefined;
  if (single !== undefined && 'type' in single && !('family' in single)) return { key, spec: single };
  for (const [pattern, spec] of Object.entries(keys)) {
    const dollar = pattern.indexOf('$');
    if (dollar < 0 || !key.startsWith(pattern.slice(0, dollar))) continue;
    const rest = key.slice(dollar);
    if ('family' in spec && rest !== '') return { key: pattern, spec, name: rest };
    if ('record' in spec) {
      const dot = rest.lastIndexOf('.');
      const field = rest.slice(dot + 1);
      if (dot > 0 && Object.hasOwn(spec.record.keys, field)) {
        return { key: pattern, spec, name: rest.slice(0, dot), field };
      }
    }
  }
  return undefined;
}
