import type { Clock } from '../clock.js';
import { secretMap } from '../config/freeze.js';
import type { ServiceConfig } from '../config/model.js';
import { errorLocation, type Logger } from '../log.js';
import type { Observer } from '../observe/observer.js';
import { createProvider } from './create-provider.js';
import { SecretError, type SecretFields, type SecretProvider } from './provider.js';
import { createSecretKeeper, type Values } from './secret-keeper.js';
import { applyTransform, type FieldUse } from './transforms.js';

/** The variables of a service, `{{name}}` in its `base_url` and `auth.*` keys: `auth.vars`, and its secret over them. */
export interface Variables {
  /**
   * `auth.vars`, overridden by the secret's values; undefined while the secret has never been read whole. The same map
   * object until something changes.
   */
  current(): Values | undefined;
  /**
   * Begins reading and watching; resolves when the first attempt has ended, well or not. Services without secrets: at
   * once. Never rejects.
   */
  start(): Promise<void>;
  /** Reads again now (a read under way serves); resolves when it has ended. Never rejects. Without secrets: at once. */
  reread(): Promise<void>;
  /** Called after each change of a value, once for each change; also when the first read succeeds. Several listeners possible. */
  onChange(listener: () => void): void;
  /** Milliseconds until the next attempt while `current()` is undefined; undefined where that is not known. */
  retryInMs(): number | undefined;
  close(): void;
}

export interface VariablesDeps {
  readonly clock: Clock;
  /** Numbers in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Logger;
  readonly observer: Observer;
  /** For the provider `env`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** In place of the one that the configuration names. */
  readonly provider?: SecretProvider;
}

/** The variables of one service. Nothing is read before `start`. */
export function createVariables(service: ServiceConfig, deps: VariablesDeps): Variables {
  const { settings } = service;
  const provider = deps.provider ?? createProvider(settings, deps);
  const uses = settings['auth.secrets.vars'];
  // A secret that no variable is taken from could only be in the way.
  if (provider === undefined || uses.size === 0) return onlyStatic(settings['auth.vars']);

  const listeners: (() => void)[] = [];
  let merged: Values | undefined;
  const keeper = createSecretKeeper({
    ...deps,
    provider,
    pick: (fields) => pickValues(fields, uses, provider),
    refreshMs: settings['auth.secrets.refresh_interval'],
    record: { service: service.name, provider: settings['auth.secrets.provider'] },
    onChange() {
      merged = secretMap([...settings['auth.vars'], ...(keeper.values() ?? [])]);
      for (const listener of listeners) callSafely(listener, deps.log);
    },
  });
  return {
    current: () => merged,
    start: keeper.start,
    reread: keeper.reread,
    onChange: (listener) => void listeners.push(listener),
    retryInMs: () => (merged === undefined ? keeper.nextInMs() : undefined),
    close: keeper.close,
  };
}

function onlyStatic(vars: Values): Variables {
  return {
    current: () => vars,
    start: async () => {},
    reread: async () => {},
    onChange() {},
    retryInMs: () => undefined,
    close() {},
  };
}

/** @throws SecretError that names every field at fault, so that one look into the log is enough. */
function pickValues(
  fields: SecretFields,
  uses: ReadonlyMap<string, FieldUse>,
  { describeMissing = sayMissing }: SecretProvider,
): Values {
  const missing = new Set<string>();
  const faults = new Set<string>();
  const values: [string, string][] = [];
  for (const [name, use] of uses) {
    try {
      const value = fields.get(use.field);
      if (value === undefined) missing.add(use.field);
      else values.push([name, applyTransform(value, use)]);
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      faults.add(error.message);
    }
  }
  if (missing.size > 0) faults.add(describeMissing([...missing]));
  if (faults.size > 0) throw new SecretError([...faults].join('; '));
  return secretMap(values);
}

const sayMissing = (fields: readonly string[]): string =>
  fields.map((field) => `field ${field} is missing`).join('; ');

/** A listener's bug must neither keep the others from hearing nor end the reading. */
function callSafely(listener: () => void, log: Logger): void {
  try {
    listener();
  } catch (error) {
    log.error(errorLocation(error), 'a listener to changed secrets failed');
  }
}
