const sorted = (numbers) => [...numbers].sort((a, b) => a - b);

/** The median. For an even count it is the mean of the middle two. */
export function median(numbers) {
  const all = sorted(numbers);
  return (all[(all.length - 1) >> 1] + all[all.length >> 1]) / 2;
}

/** The spread in per cent of the median: half of the range of the middle measurements. */
export function spread(numbers) {
  const all = sorted(numbers);
  const cut = all.length > 4 ? 1 : 0;
  return (50 * (all[all.length - 1 - cut] - all[cut])) / median(numbers);
}
