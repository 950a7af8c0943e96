/**
 * A value that its key does not allow. The message is a plain sentence for the person who wrote the file: what is wrong
 * and what is allowed. It never holds the value, which may be a secret.
 */
export class ValueError extends Error {
  override readonly name: string = 'ValueError';
}
