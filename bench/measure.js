/**
 * Keeps `inFlight` operations running for a time.
 *
 * @param {(index: number) => Promise<void>} operation
 * @param {{ inFlight: number, seconds: number }} load
 * @returns {Promise<{ calls: number, seconds: number, p50: number, p99: number }>} latencies in milliseconds
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
export async function measureAtRate(operation, { perSecond, seconds }) {
  const latencies = [];
  const total = Math.max(1, Math.floor(perSecond * seconds));
  const begun = performance.now();
  const running = [];
  const perform = async (index, due) => {
    await operation(index);
    latencies.push(performance.now() - due);
  };
  while (running.length < total) {
    const now = performance.now();
    for (let due; running.length < total; ) {
      due = begun + (running.length * 1000) / perSecond;
      if (due > now) break;
      running.push(perform(running.length, due));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(running);
  return summary(latencies, begun);
}

function summary(latencies, begun) {
  const taken = (performance.now() - begun) / 1000;
  const sorted = Float64Array.from(latencies).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { calls: sorted.length, seconds: taken, p50: at(0.5), p99: at(0.99) };
}
