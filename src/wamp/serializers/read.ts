/**
 * Makes values of a binary frame that a {@link Scan} has found sound: without checks of its own, it must see no other.
 *
 * Integers are numbers from -2^53 to 2^53 and BigInt beyond them; bytes are made by `wampBytes` and share no memory with
 * the frame, which its transport may use again. `__proto__` is a key like any other. What is undefined is left out of a
 * dictionary and null in a list: wampy sends options that were not set as undefined.
 */
export type Read = (bytes: Buffer) => unknown;
