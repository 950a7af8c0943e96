/**
 * Keeps `inFlight` operations running for a time.
 *
 * @param {(index: number) => Promise<void>} operation
 * @param {{ inFlight: number, seconds: number }} load
 * @returns {Promise<{ calls: number, seconds: number, p50: number, p99: number, worst: number }>} latencies in milliseconds
 */
export async function measure(operation, { inFlight, seconds }) {
  const latencies = [];
  let index = 0;
  const begun = performance.now();
  const end = begun + seconds * 1000;
  const worker = async () => {
    for (let now = performance.now(); now < end; ) {
      await operation(index++);
      const done = performance.now();
      latencies.push(done - now);
      now = done;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return summary(latencies, begun);
}

/**
 * Starts operations at a fixed rate for a time, whether earlier ones have ended or not (open loop).
 * Each latency counts from the time at which the schedule starts the operation. So a slow response
 * does not slow the sender, and does not hide the waiting time of later operations. A timer of
 * Node.js starts all due operations about once a millisecond.
 *
 * @param {(index: number) => Promise<void>} operation
 * @param {{ perSecond: number, seconds: number }} load
 * @returns {ReturnType<typeof measure>}
 */
export function measureAtRate(operation, { perSecond, seconds }) {
  const total = Math.max(1, Math.floor(perSecond * seconds));
  const begun = performance.now();
  const dueAt = (index) => begun + (index * 1000) / perSecond;
  // Keeps numbers only: objects that stay until the end would make the garbage collections of this
  // process longer, and they would count as latency.
  const latencies = new Float64Array(total);
  let started = 0;
  let done = 0;
  return new Promise((resolve, reject) => {
    const perform = async (index) => {
      await operation(index);
      latencies[done++] = performance.now() - dueAt(index);
      if (done === total) resolve(summary(latencies, begun));
    };
    const startDue = () => {
      for (const now = performance.now(); started < total && dueAt(started) <= now; started++) {
        perform(started).catch(reject);
      }
      if (started < total) setTimeout(startDue, 1);
    };
    startDue();
  });
}

function summary(latencies, begun) {
  const taken = (performance.now() - begun) / 1000;
  const sorted = Float64Array.from(latencies).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { calls: sorted.length, seconds: taken, p50: at(0.5), p99: at(0.99), worst: at(1) };
}
