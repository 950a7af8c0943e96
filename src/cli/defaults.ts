/** What the help tells of commands that are not loaded for it. */

/** Where the demo listens unless told otherwise: Bondy's own WebSocket port. */
export const DEMO_PORT = 18_080;

/** Rounds of PBKDF2. As many as Bondy's: clients derive the key too, and a browser is not quick at it. */
export const DEFAULT_ITERATIONS = 10_000;
