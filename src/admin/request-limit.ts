/** How long a request may take, from its head to the end of its response. */
export interface RequestLimit {
  /** Sets it to `ms` milliseconds from now. `Infinity` means that there is none. */
  extend(ms: number): void;
}
