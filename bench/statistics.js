const sorted = (numbers) => [...numbers].sort((a, b) => a - b);

/** Of an even count, what lies in the middle of the middle two. */
export function median(numbers) {
  const all = sorted(numbers);
  return (all[(all.length - 1) >> 1] + all[all.length >> 1]) / 2;
}

/** How far a measurement lies from the median, in percent of it: half of what the middle ones span. */
export function spread(numbers) {
  const all = sorted(numbers);
  const cut = all.length > 4 ? 1 : 0;
  return (50 * (all[all.length - 1 - cut] - all[cut])) / median(numbers);
}
