import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import {
  createManifestCheck,
  KUBERNETES_VERSION,
  kubernetesSchemas,
  type Manifest,
} from '../support/kubernetes-schemas.js';

const FOLDER = fileURLToPath(new URL('../../deploy/kubernetes/', import.meta.url));
const schemas = kubernetesSchemas();
const WHY = 'no schemas of Kubernetes: install Go, which downloads them';
if (schemas === undefined && process.env['CI']) throw new Error(WHY);
if (schemas === undefined) console.warn(`skipped: ${WHY}`);

const manifests = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) =>
    parseAllDocuments(readFileSync(join(FOLDER, name), 'utf8')).map(
      (document) => document.toJS() as Manifest,
    ),
  );

describe.skipIf(schemas === undefined)(`Kubernetes ${KUBERNETES_VERSION}`, () => {
  const check = schemas === undefined ? () => [] : createManifestCheck(schemas);

  it.each(manifests.map((manifest) => [manifest.kind, manifest.metadata.name, manifest] as const))(
    'accepts the %s %s',
    (_kind, _name, manifest) => {
      expect(check(manifest)).toEqual([]);
    },
  );

  it.each<[string, (manifest: string) => string, string]>([
    [
      'a key that does not exist',
      (text) => text.replace('readinessProbe', 'readynessProbe'),
      'readynessProbe',
    ],
    ['a number instead of a text', (text) => text.replace('"250m"', '{}').replace('"500m"', '{}'), 'cpu'],
    [
      'a port without a number',
      (text) => text.replace('"containerPort":18080', '"hostPort":1'),
      'containerPort',
    ],
  ])('would refuse %s', (_, change, mistake) => {
    const deployment = manifests.find(({ kind }) => kind === 'Deployment');
    const errors = check(JSON.parse(change(JSON.stringify(deployment))) as Manifest);
    expect(errors.join('\n')).toContain(mistake);
  });
});
