/** Thrown when a login cannot be checked now because too many others wait. */
export class TooBusy extends Error {
  override readonly name = 'TooBusy';
}
