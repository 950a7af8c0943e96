/** The fields of a secret. */
export interface SecretFields {
  /**
   * The value of a field, of any JSON type, as its provider holds it; undefined where the secret lacks it.
   *
   * @throws SecretError where the secret has no fields, or this one cannot be read.
   */
  get(field: string): unknown;
}

/** Where a service's secret is kept. */
export interface SecretProvider {
  /**
   * Reads the secret as it is now.
   *
   * @throws SecretError
   */
  read(): Promise<SecretFields>;
  /** Calls back whenever the secret may have changed; returns a function that ends the watch. Absent: it never tells. */
  watch?(changed: () => void): () => void;
  /** What the log says of fields that are needed and that the secret lacks; absent: that they are missing. */
  describeMissing?(fields: readonly string[]): string;
  /** Gives up what is under way and frees what is held. */
  close(): void;
}

/**
 * Why a secret cannot be read or used, for the log: names the field or the kind of failure, never a value, never a
 * provider's own message. It has no `cause` either, because that would carry the message along.
 */
export class SecretError extends Error {
  override readonly name = 'SecretError';
}
