import type { DataType } from '../types/datatypes.js';

/** The fields that every row of a table has. */
interface Row {
  /** What the key does, in one or two sentences, for the reference. */
  readonly meaning: string;
  /** A value as it may stand in a file, for the reference. */
  readonly example: string;
}

/** A key with one value. */
export interface SingleSpec extends Row {
  readonly type: DataType<unknown>;
  /** The default, written as in a file. */
  readonly default?: string;
  readonly required?: true;
  /** Describes a default that depends on other keys; resolve.ts computes it. */
  readonly computed?: string;
  /** Hides the value, so that nothing prints it by accident. */
  readonly secret?: true;
  /** The name in the settings, if it differs from the key. */
  readonly settingName?: string;
}

/** One member of a family of keys. */
export interface Member<N, T> {
  readonly name: N;
  readonly value: T;
}

/** A family of keys such as `headers.$name`, where `$name` is the rest of the key. */
export interface FamilySpec extends Row {
  readonly family: {
    readonly name: DataType<string | number>;
    /** Maps equal names to the same text. Default: the name itself. */
    readonly fold?: (name: string) => string;
    readonly collect: (members: readonly Member<never, never>[]) => unknown;
  };
  readonly type: DataType<unknown>;
  /** Hides the values, which may be secrets. */
  readonly secret?: true;
}

/** Named groups of keys such as `auth.secrets.vars.$var.field`. */
export interface RecordSpec {
  readonly record: { readonly name: DataType<string>; readonly keys: Readonly<Record<string, SingleSpec>> };
}

export type KeySpec = SingleSpec | FamilySpec | RecordSpec;

/** The keys of one scope, relative to it. A part `$name` stands for any name. */
export type KeyTable = Readonly<Record<string, KeySpec>>;

/** A table, and the place of its keys in the file. */
export interface Scope {
  readonly title: string;
  /** The part before the keys, such as `services.$service` or `wamp`. */
  readonly path: string;
  readonly keys: KeyTable;
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

/** The name of a key in the settings. Families lose their `.$name`. */
export function settingNameOf(key: string, spec: KeySpec): string {
  if ('settingName' in spec && spec.settingName !== undefined) return spec.settingName;
  return key.replace(/\.\$.*$/, '');
}

/** The row of a table that a key of the file belongs to. */
export interface Match {
  readonly key: string;
  readonly spec: KeySpec;
  /** The value of `$name`, in families and records. */
  readonly name?: string;
  /** The key within a record. */
  readonly field?: string;
}

/** Finds the row for `key`, which is relative to the scope of the table. */
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
