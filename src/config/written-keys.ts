import type { ConfigDraft } from './drafts.js';
import type { MatchedEntry, RawConfig, RawScope } from './match-entries.js';
import type { Draft } from './read-settings.js';
import { type KeyTable, settingNameOf } from './schema/spec.js';
import { shownValue } from './shown-value.js';
import type { Environment } from './syntax/substitution.js';

/** A key that a file sets, and that has an effect. */
export interface WrittenKey {
  /** As in the file, for example `rpc_gateway.services.billing.timeout`. */
  readonly key: string;
  /** The value as in the file, with secrets masked. */
  readonly value: string;
  readonly file: string;
  readonly line: number;
}

/** The keys of one service, procedure or listener, or of a scope such as `wamp`. */
export interface WrittenScope {
  /** The part before its keys, as in the file. */
  readonly path: string;
  /** By the rest of the key. For a member of a family, its name is a part of it. */
  readonly keys: ReadonlyMap<string, WrittenKey>;
}

/** The keys that the files of a configuration set. It holds no secret. */
export interface WrittenKeys {
  /** Services, procedures and listeners without a line are missing. */
  readonly scopes: readonly WrittenScope[];
  /** How many more keys there are. They are not kept, so that large files take no more memory. */
  readonly omitted: number;
}

/** Keys that are kept. */
const MAX_KEYS = 10_000;

/** Collects the written keys that have an effect. Small scopes come before services. */
export function collectWrittenKeys(raw: RawConfig, draft: ConfigDraft, env: Environment): WrittenKeys {
  const scopes: WrittenScope[] = [];
  let kept = 0;
  let omitted = 0;
  for (const [scope, found] of scopesOf(raw, draft)) {
    const entries = found === undefined ? onlyEnabled(scope) : inEffect(scope);
    kept += entries.length;
    if (kept > MAX_KEYS) omitted += entries.length;
    else scopes.push({ path: scope.path, keys: keysOf(entries, found, env) });
  }
  return { scopes, omitted };
}

type AnyDraft = Pick<Draft<KeyTable>, 'settings'>;

/** Each scope with what was read from it. Undefined for one that is disabled, or not opened here. */
function* scopesOf(raw: RawConfig, draft: ConfigDraft): Iterable<readonly [RawScope, AnyDraft | undefined]> {
  const isAttached = draft.router.settings.url !== undefined;
  const listeners = new Map(
    draft.listeners
      .filter(({ settings, isAdmin }) => settings.enabled !== false && (isAdmin || !isAttached))
      .map((listener) => [listener.name, listener]),
  );
  for (const scope of raw.listeners.values())
    yield [scope, listeners.get(scope.name) as AnyDraft | undefined];
  for (const [path, scope] of raw.others)
    yield [scope, draft[path as Exclude<keyof ConfigDraft, 'services' | 'listeners'>]];
  const services = new Map(draft.services.map((service) => [service.name, service]));
  for (const scope of raw.services.values()) {
    const service = services.get(scope.name);
    yield [scope, service];
    if (service === undefined) continue;
    const procedures = new Map(service.procedures.map((procedure) => [procedure.name, procedure]));
    for (const one of scope.procedures.values()) yield [one, procedures.get(one.name)];
  }
}

const inEffect = ({ values }: RawScope): readonly MatchedEntry[] => [...values.values()];

/** The gateway does not read the other values. */
const onlyEnabled = ({ values }: RawScope): readonly MatchedEntry[] => {
  const entry = values.get('enabled');
  return entry === undefined ? [] : [entry];
};

function keysOf(
  entries: readonly MatchedEntry[],
  draft: AnyDraft | undefined,
  env: Environment,
): ReadonlyMap<string, WrittenKey> {
  const settings = (draft?.settings ?? {}) as Readonly<Record<string, unknown>>;
  return new Map(
    entries.map((matched) => {
      const { entry, match } = matched;
      const setting = match.name === undefined ? settings[settingNameOf(match.key, match.spec)] : undefined;
      const { key, file, line } = entry;
      return [restOf(matched), { key, value: shownValue(matched, setting, env), file, line }] as const;
    }),
  );
}

/** The key within its scope. */
function restOf({ match: { key, name, field } }: MatchedEntry): string {
  if (name === undefined) return key;
  const member = key.replace(/\$.*$/, () => name);
  return field === undefined ? member : `${member}.${field}`;
}
