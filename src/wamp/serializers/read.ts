/**
 * Creates the values of a binary frame. Only for frames that a {@link Scan} has accepted: it does
 * no checks.
 *
 * Integers are numbers from -2^53 to 2^53, and BigInt beyond. Bytes are `wampBytes` and share no
 * memory with the frame, which its transport may use again. `__proto__` is an ordinary key.
 * Undefined is omitted from a dictionary and becomes null in a list: wampy sends options that were
 * not set as undefined.
 */
export type Read = (bytes: Buffer) => unknown;
