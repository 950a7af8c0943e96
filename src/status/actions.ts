/** What an operator can do with one service. */
export type ServiceAction = 'enable' | 'disable' | 'probe' | 'refresh_token' | 'refresh_secret';

/**
 * How an action ended.
 *
 * - `done`: it succeeded. `detail` says what was found, for example the status of a probe.
 * - `unknown`: there is no such service.
 * - `impossible`: the service has nothing to act on, for example no token.
 * - `failed`: it was tried and failed.
 *
 * `detail` and `reason` are phrases in lower case, because other texts contain them.
 */
export type ActionOutcome =
  | { readonly kind: 'done'; readonly detail: string }
  | { readonly kind: 'unknown' | 'impossible' | 'failed'; readonly reason: string };

/** One thing that a reload changes, for example "service billing: changed". */
export interface ReloadChange {
  readonly what: 'service' | 'procedure' | 'listener' | 'realm' | 'security' | 'router' | 'setting';
  readonly name: string;
  readonly change: 'added' | 'changed' | 'removed';
  /** What it means for sessions and calls. Empty if nobody notices it. */
  readonly effect: string;
}

/** A key that the files now set otherwise. Its values have no secret. */
export interface ReloadKey {
  /** For example `rpc_gateway.services.billing.timeout`. */
  readonly key: string;
  /** As in the file, with secrets masked. Null if no file set it. */
  readonly before: string | null;
  /** Null if no file sets it any more. */
  readonly after: string | null;
}

/**
 * How a reload ended.
 *
 * - `done`: the new configuration is in use; with a dry run, it could be.
 * - `refused`: nothing has changed. `problems` has each problem as `check` prints it.
 * - `failed`: the configuration is correct, but cannot be used, for example because a port is taken.
 *   Nothing has changed.
 * - `impossible`: the gateway cannot reload: it is starting or stopping, or it was not created from
 *   a file.
 */
export type ReloadOutcome =
  | {
      readonly kind: 'done';
      readonly changes: readonly ReloadChange[];
      readonly notices: readonly string[];
      /** Only with a dry run: the keys behind the changes, at most 200. */
      readonly keys?: readonly ReloadKey[];
    }
  | { readonly kind: 'refused'; readonly problems: readonly string[] }
  | { readonly kind: 'failed' | 'impossible'; readonly reason: string };
