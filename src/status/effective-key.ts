/** A key of the configuration in effect. */
export interface EffectiveKey {
  /** For example `rpc_gateway.services.billing.timeout`. */
  readonly key: string;
  /** As in the file, with secrets masked. */
  readonly value: string;
  /** `default`, or the place in a file: `bondy.conf:12`. */
  readonly source: string;
}

/** The answer to `GET /configuration`: the configuration in effect. */
export interface ConfigurationDetail {
  readonly keys: readonly EffectiveKey[];
  /** How many more keys a large configuration has. */
  readonly omitted: number;
  /** The notices, as `check` prints them. */
  readonly notices: readonly string[];
}
