/** Defaults that the help shows. They are here so that the help does not load the commands. */

/** The default port of the demo, which is the WebSocket port of Bondy. */
export const DEMO_PORT = 18_080;

/** The default port of the demo's console, which is the admin port of Bondy. */
export const DEMO_ADMIN_PORT = 18_081;

/** PBKDF2 iterations, as in Bondy. Clients derive the key too, and this is slow in browsers. */
export const DEFAULT_ITERATIONS = 10_000;
