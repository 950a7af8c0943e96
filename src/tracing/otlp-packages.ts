import { createRequire } from 'node:module';
import { GatewayError } from '../errors.js';

/**
 * The packages that send spans to a collector. They are large and few users need them, so users
 * install them themselves.
 */
export const OTLP_PACKAGES = [
  '@opentelemetry/sdk-trace-node',
  '@opentelemetry/exporter-trace-otlp-proto',
  '@opentelemetry/resources',
] as const;

/**
 * Checks that the packages are installed, without loading them.
 *
 * @param resolve throws if a package is not installed
 * @throws GatewayError `tracing_packages`
 */
export function checkOtlpPackages(
  resolve: (name: string) => unknown = createRequire(import.meta.url).resolve,
): void {
  const missing = OTLP_PACKAGES.filter((name) => {
    try {
      resolve(name);
      return false;
    } catch {
      return true;
    }
  });
  if (missing.length === 0) return;
  throw new GatewayError(
    'tracing_packages',
    'tracing.otlp.endpoint needs packages that are not installed; install them where the gateway is ' +
      `installed: npm install ${missing.join(' ')}`,
  );
}
