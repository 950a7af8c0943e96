import type { ConfigDraft } from '../drafts.js';

/** The usual port of OTLP over gRPC, which the gateway does not speak. */
const GRPC_PORT = '4317';

/** Notes keys of tracing that have no effect, and a port that is probably wrong. */
export function checkTracing({ tracing }: Pick<ConfigDraft, 'tracing'>): void {
  const endpoint = tracing.settings['otlp.endpoint'];
  if (endpoint === undefined) {
    if (tracing.entry('otlp.endpoint') !== undefined) return;
    for (const key of ['service_name', 'sample_ratio'] as const) {
      if (tracing.entry(key) !== undefined)
        tracing.notify(key, 'has no effect without tracing.otlp.endpoint');
    }
  } else if (new URL(endpoint).port === GRPC_PORT) {
    tracing.notify(
      'otlp.endpoint',
      '4317 is the usual port of OTLP over gRPC; the gateway speaks OTLP over HTTP, whose usual port is 4318',
    );
  }
}
