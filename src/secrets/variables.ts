import type { Clock } from '../clock.js';
import { secretMap } from '../config/freeze.js';
import type { ServiceConfig } from '../config/model.js';
import { errorLocation, type Logger } from '../log.js';
import type { Observer } from '../observe/observer.js';
import { createProvider, type VaultReach } from './create-provider.js';
import { SecretError, type SecretFields, type SecretProvider } from './provider.js';
import { createSecretKeeper, type SecretReads, type Values } from './secret-keeper.js';
import { applyTransform, type FieldUse } from './transforms.js';

/** The variables `{{name}}` of a service for its `base_url` and `auth.*` keys. */
export interface Variables {
  /**
   * The values of `auth.vars`. Values of the secret override them. Undefined before the first
   * successful read. The map is the same object until a value changes.
   */
  current(): Values | undefined;
  /**
   * Starts reading and watching. Resolves after the first attempt, also if it fails. Resolves at
   * once for a service without secrets. Never rejects.
   */
  start(): Promise<void>;
  /** Reads now, or joins the read in progress. Resolves when the read has ended. Never rejects. */
  reread(): Promise<void>;
  /** Adds a listener for changes of values. The first successful read is a change too. */
  onChange(listener: () => void): void;
  /** Milliseconds until the next attempt while `current()` is undefined. Undefined if not known. */
  retryAfterMs(): number | undefined;
  /** The secret behind the variables. Undefined if there is none. */
  readonly secret:
    | {
        readonly provider: string;
        readonly reads: SecretReads;
        /** Undefined before the first successful read. */
        readonly values: Values | undefined;
      }
    | undefined;
  close(): void;
}

export interface VariablesDeps {
  readonly clock: Clock;
  /** Numbers in [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Logger;
  readonly observer: Observer;
  /** For the providers `env` and `vault`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For the provider `vault`. */
  readonly vault?: VaultReach | undefined;
  /** Replaces the provider of the configuration. */
  readonly provider?: SecretProvider;
  /** The values of the secret until it is read, if they are known from earlier. */
  readonly initialSecret?: Values | undefined;
}

/** Creates the variables of one service. Nothing is read before `start`. */
export function createVariables(service: ServiceConfig, deps: VariablesDeps): Variables {
  const { settings } = service;
  const provider = deps.provider ?? createProvider(settings, deps);
  const uses = settings['auth.secrets.vars'];
  // A secret without variables is not read.
  if (provider === undefined || uses.size === 0) return onlyStatic(settings['auth.vars']);

  const listeners: (() => void)[] = [];
  const merge = (secret: Values) => secretMap([...settings['auth.vars'], ...secret]);
  let merged = deps.initialSecret && merge(deps.initialSecret);
  const keeper = createSecretKeeper({
    ...deps,
    provider,
    pick: (fields) => pickValues(fields, uses, provider),
    refreshMs: settings['auth.secrets.refresh_interval'],
    record: { service: service.name, provider: settings['auth.secrets.provider'] },
    initial: deps.initialSecret,
    onChange() {
      merged = merge(keeper.values() ?? new Map());
      for (const listener of listeners) callSafely(listener, deps.log);
    },
  });
  return {
    current: () => merged,
    start: keeper.start,
    reread: keeper.reread,
    onChange: (listener) => void listeners.push(listener),
    retryAfterMs: () => (merged === undefined ? keeper.nextInMs() : undefined),
    get secret() {
      return {
        provider: settings['auth.secrets.provider'] ?? '',
        reads: keeper.reads,
        values: keeper.values(),
      };
    },
    close: keeper.close,
  };
}

function onlyStatic(vars: Values): Variables {
  return {
    current: () => vars,
    start: async () => {},
    reread: async () => {},
    onChange() {},
    retryAfterMs: () => undefined,
    secret: undefined,
    close() {},
  };
}

/** @throws SecretError that names all missing or wrong fields at once. */
function pickValues(
  fields: SecretFields,
  uses: ReadonlyMap<string, FieldUse>,
  { describeMissing = sayMissing }: SecretProvider,
): Values {
  const missing = new Set<string>();
  const errors = new Set<string>();
  const values: [string, string][] = [];
  for (const [name, use] of uses) {
    try {
      const value = fields.get(use.field);
      if (value === undefined) missing.add(use.field);
      else values.push([name, applyTransform(value, use)]);
    } catch (error) {
      if (!(error instanceof SecretError)) throw error;
      errors.add(error.message);
    }
  }
  if (missing.size > 0) errors.add(describeMissing([...missing]));
  if (errors.size > 0) throw new SecretError([...errors].join('; '));
  return secretMap(values);
}

const sayMissing = (fields: readonly string[]): string =>
  fields.map((field) => `field ${field} is missing`).join('; ');

/** Calls a listener. An error in it must not affect other listeners or further reads. */
function callSafely(listener: () => void, log: Logger): void {
  try {
    listener();
  } catch (error) {
    log.error(errorLocation(error), 'a listener to changed secrets failed');
  }
}
