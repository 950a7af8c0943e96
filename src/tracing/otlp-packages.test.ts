import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { GatewayError } from '../errors.js';
import { checkOtlpPackages, OTLP_PACKAGES } from './otlp-packages.js';

it('the check accepts the packages of this checkout', () => {
  expect(() => checkOtlpPackages()).not.toThrow();
});

it('the check names the packages that are missing, and how to install them', () => {
  const resolve = (name: string) => {
    if (name.includes('otlp') || name.includes('sdk')) throw new Error('not found');
  };
  const check = () => checkOtlpPackages(resolve);
  expect(check).toThrow(GatewayError);
  expect(check).toThrow(
    /npm install @opentelemetry\/sdk-trace-node @opentelemetry\/exporter-trace-otlp-proto$/,
  );
});

it('the packages are the optional peers of this package', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  expect(Object.keys(manifest.peerDependencies).sort()).toEqual([...OTLP_PACKAGES].sort());
  for (const name of OTLP_PACKAGES) expect(manifest.peerDependenciesMeta[name]).toEqual({ optional: true });
});
