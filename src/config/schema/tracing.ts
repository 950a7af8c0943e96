import { nonEmptyText, ratio } from '../types/datatypes.js';
import { collectorUrl } from '../types/url-types.js';
import type { KeyTable, Scope, SettingsOf } from './spec.js';

export const TRACING_KEYS = {
  'otlp.endpoint': {
    type: collectorUrl,
    meaning:
      'The gateway records spans and sends them to this OpenTelemetry collector: by OTLP over HTTP, to this URL plus `/v1/traces`. It needs three npm packages, and `check` says which. Default: none, the gateway records no spans.',
    example: 'http://127.0.0.1:4318',
  },
  service_name: {
    type: nonEmptyText,
    default: 'rpc-gateway',
    meaning: 'The name of this gateway in traces (`service.name`).',
    example: 'billing-gateway',
  },
  sample_ratio: {
    type: ratio,
    default: '1.0',
    meaning:
      'The part of the traces that the gateway records, of those that begin here. If a caller sends a `traceparent`, its sampled flag decides instead.',
    example: '0.1',
  },
} as const satisfies KeyTable;

/**
 * The keys under `tracing`. docs/reference/configuration.md describes each.
 *
 * @interface
 */
export type TracingSettings = SettingsOf<typeof TRACING_KEYS>;

export const TRACING_SCOPE = {
  title: 'Tracing',
  path: 'tracing',
  keys: TRACING_KEYS,
} as const satisfies Scope;
