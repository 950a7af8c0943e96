import type { TracerProvider } from '@opentelemetry/api';

/**
 * The place in which the API of OpenTelemetry keeps what a program has registered. Every copy of the
 * API with major version 1 uses it, so that they share one SDK.
 */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

/**
 * Returns the global provider of the program, or undefined if it has registered none. Loads the API
 * only if there is one, because most gateways have none.
 */
export async function findGlobalProvider(): Promise<TracerProvider | undefined> {
  const registered = (globalThis as Record<symbol, unknown>)[REGISTERED];
  if (typeof registered !== 'object' || registered === null || !('trace' in registered)) return undefined;
  const { trace } = await import('@opentelemetry/api');
  return trace.getTracerProvider();
}
