const sorted = (numbers) => [...numbers].sort((a, b) => a - b);

export const median = (numbers) => sorted(numbers)[numbers.length >> 1];

/** How far a measurement lies from the median, in percent of it: half of what the middle ones span. */
export function spread(numbers) {
  const all = sorted(numbers);
  const cut = all.length > 4 ? 1 : 0;
  return (50 * (all[all.length - 1 - cut] - all[cut])) / median(numbers);
}
