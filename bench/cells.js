/** The measured cells: a request, and how many of them run at a time. */
const cell = (size, method, inFlight, only) => ({ size, method, inFlight, only });
/** Some of the other sides take ten seconds for 64 responses of 1 MB. */
const GATEWAY_ONLY = ['raw', 'gateway'];

/** The cells of a whole run. */
export const CELLS = [
  ...[1, 64, 256].map((inFlight) => cell('50 B', 'GET', inFlight)),
  cell('50 B', 'POST', 64),
  cell('10 KB', 'GET', 64),
  cell('10 KB', 'POST', 64),
  cell('1 MB', 'GET', 64, GATEWAY_ONLY),
  cell('1 MB', 'POST', 64, GATEWAY_ONLY),
];

/** The cells of a run with --quick. */
export const QUICK_CELLS = [cell('50 B', 'GET', 64), cell('10 KB', 'GET', 64)];

export const nameOf = ({ size, method, inFlight }) => `${method} ${size}, ${inFlight} in flight`;
