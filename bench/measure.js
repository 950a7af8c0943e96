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
  const taken = (performance.now() - begun) / 1000;
  const sorted = Float64Array.from(latencies).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { calls: sorted.length, seconds: taken, p50: at(0.5), p99: at(0.99) };
}
