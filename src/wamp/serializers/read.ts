/**
 * Creates the values of a binary frame. Use it only for frames that a {@link Scan} has accepted,
 * because it does no checks.
 *
 * Integers are numbers from -2^53 to 2^53, and BigInt beyond. Bytes are `wampBytes`. They share no
 * memory with the frame, because the transport may reuse it. `__proto__` is an ordinary key.
 * Undefined is omitted from a dictionary and becomes null in a list, because wampy sends undefined
 * for options that are not set.
 */
export type Read = (bytes: Buffer) => unknown;
