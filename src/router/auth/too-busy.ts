/** A login cannot be looked at for now. */
export class TooBusy extends Error {
  override readonly name = 'TooBusy';
}
