/** The measured cells: a request, and how many of them run at a time. */
const cell = (size, method, inFlight, only) => ({ size, method, inFlight, only });
/** Some of the other sides take ten seconds for 64 responses of 1 MB. */
const GATEWAY_ONLY = ['raw', 'gateway'];

/** The cells of the part `calls`. */
const CALLS = [
  ...[1, 64, 256].map((inFlight) => cell('50 B', 'GET', inFlight)),
  cell('50 B', 'POST', 64),
  cell('10 KB', 'GET', 64),
  cell('10 KB', 'POST', 64),
  cell('1 MB', 'GET', 64, GATEWAY_ONLY),
  cell('1 MB', 'POST', 64, GATEWAY_ONLY),
];

/** The cells of the part `calls` with --quick. */
export const QUICK_CELLS = [cell('50 B', 'GET', 64), cell('10 KB', 'GET', 64)];

/**
 * The cells of the part `attached`. The second one starts calls at a fixed rate: a share of the rate
 * that the side has reached in the first one.
 */
const CAPACITY = cell('50 B', 'GET', 64);
const ATTACHED = [CAPACITY, { size: '50 B', method: 'GET', share: 0.5, of: CAPACITY }];

/** The cells of the part `observation`. */
const OBSERVATION = [CAPACITY];

export const CELLS = { calls: CALLS, attached: ATTACHED, observation: OBSERVATION };

export const nameOf = ({ size, method, inFlight, share }) =>
  `${method} ${size}, ${share === undefined ? `${inFlight} in flight` : `at ${share * 100} % of the capacity`}`;
