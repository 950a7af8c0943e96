/** The fields of a secret. */
export interface SecretFields {
  /**
   * The value of a field, of any JSON type. Undefined if the secret does not have the field.
   *
   * @throws SecretError if the secret has no fields, or if this field is unreadable.
   */
  get(field: string): unknown;
}

/** The source of the secret of a service. */
export interface SecretProvider {
  /**
   * Reads the current secret.
   *
   * @throws SecretError if the secret is unreadable.
   */
  read(): Promise<SecretFields>;
  /**
   * Calls `changed` when the secret may have changed. Returns a function that ends the watch.
   * Absent if the provider does not notice changes.
   */
  watch?(changed: () => void): () => void;
  /** The log message for missing fields. Default: "field … is missing". */
  describeMissing?(fields: readonly string[]): string;
  /** Aborts reads and releases resources. */
  close(): void;
}

/**
 * Explains in the log why a secret is unreadable or unusable. The message names the field or the
 * kind of failure, but never contains a value or a message of the provider. For the same reason,
 * the error has no `cause`.
 */
export class SecretError extends Error {
  override readonly name = 'SecretError';
}
