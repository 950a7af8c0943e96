/** Writes docs/reference/metrics.md from the table of metrics in dist/metrics. --check only checks it. */
import { renderMetricsReference } from '../dist/metrics/reference.js';
import { writeOrCheck } from './write-or-check.js';

writeOrCheck('docs/reference/metrics.md', renderMetricsReference());
