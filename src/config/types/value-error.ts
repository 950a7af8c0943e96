/**
 * A value that its key does not allow. The message tells the author of the file what is wrong and
 * what is allowed. It never contains the value, which may be a secret.
 */
export class ValueError extends Error {
  override readonly name: string = 'ValueError';
}
