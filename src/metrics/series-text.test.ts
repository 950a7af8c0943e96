import { describe, expect, it } from 'vitest';
import { addDuration, BUCKETS, noDurations } from './durations.js';
import { headText, histogramText, labelsText } from './series-text.js';

describe('the text of series', () => {
  it('escapes backslashes, quotes and line breaks in label values', () => {
    expect(labelsText({ procedure: 'a\\b"c\nd', service: 'billing' })).toBe(
      'procedure="a\\\\b\\"c\\nd",service="billing"',
    );
  });

  it('begins with the meaning and the type', () => {
    expect(headText('token_fetch_duration_seconds')).toBe(
      '# HELP rpc_gateway_token_fetch_duration_seconds Time that requests for a token took, good and failed ones.\n' +
        '# TYPE rpc_gateway_token_fetch_duration_seconds histogram\n',
    );
  });

  it('counts a duration in every bucket whose limit it does not exceed', () => {
    const durations = noDurations();
    for (const ms of [0, 5, 5.1, 10_000, 10_000.1]) addDuration(durations, ms);
    const lines = histogramText('token_fetch_duration_seconds', 'service="billing"', durations).split('\n');
    const name = 'rpc_gateway_token_fetch_duration_seconds';
    expect(lines.slice(0, 3)).toEqual([
      `${name}_bucket{service="billing",le="0.005"} 2`,
      `${name}_bucket{service="billing",le="0.01"} 3`,
      `${name}_bucket{service="billing",le="0.025"} 3`,
    ]);
    expect(lines.slice(BUCKETS.length - 1)).toEqual([
      `${name}_bucket{service="billing",le="10"} 4`,
      `${name}_bucket{service="billing",le="+Inf"} 5`,
      `${name}_sum{service="billing"} ${(0 + 5 + 5.1 + 10_000 + 10_000.1) / 1000}`,
      `${name}_count{service="billing"} 5`,
      '',
    ]);
  });
});
