import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';

/** The module kubectl-validate contains the schemas of Kubernetes as files. Only they are used. */
const MODULE = 'sigs.k8s.io/kubectl-validate@v0.0.4';
export const KUBERNETES_VERSION = '1.30';

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
}

/** Downloads the schemas with Go. Returns their folder, or undefined if that is not possible. */
export function kubernetesSchemas(): string | undefined {
  const { status, stdout } = spawnSync('go', ['mod', 'download', '-json', MODULE], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const { Dir } = JSON.parse(stdout) as { Dir: string };
  return join(Dir, 'pkg/openapiclient/builtins', KUBERNETES_VERSION);
}

interface Schema {
  properties?: Record<string, Schema>;
  additionalProperties?: unknown;
  items?: Schema;
  allOf?: Schema[];
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[];
}

/** @returns a function that checks manifests as the API server does at first, and returns mistakes */
export function createManifestCheck(folder: string): (manifest: Manifest) => string[] {
  const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
  const known = new Map<string, ValidateFunction>();

  function compile(apiVersion: string, kind: string): ValidateFunction {
    const file = apiVersion === 'v1' ? 'api/v1.json' : `apis/${apiVersion}.json`;
    const document = JSON.parse(readFileSync(join(folder, file), 'utf8'));
    const schemas = document.components.schemas as Record<string, Schema>;
    for (const schema of Object.values(schemas)) refuseUnknownFields(schema);
    const [name] =
      Object.entries(schemas).find(([, schema]) =>
        schema['x-kubernetes-group-version-kind']?.some(
          (one) => one.kind === kind && [one.group, one.version].filter(Boolean).join('/') === apiVersion,
        ),
      ) ?? [];
    if (name === undefined) throw new Error(`no schema of ${apiVersion} ${kind}`);
    return ajv.compile({ ...document, $ref: `#/components/schemas/${name}` });
  }

  return (manifest) => {
    const { apiVersion, kind } = manifest;
    const key = `${apiVersion} ${kind}`;
    const validate = known.get(key) ?? compile(apiVersion, kind);
    known.set(key, validate);
    validate(manifest);
    return (validate.errors ?? []).map(({ instancePath, message, params }) =>
      [instancePath, message, params['additionalProperty']].filter(Boolean).join(' '),
    );
  };
}

/** The API server refuses fields that a schema does not have (strict field validation). */
function refuseUnknownFields(schema: Schema): void {
  if (schema.properties !== undefined) {
    schema.additionalProperties ??= false;
    for (const property of Object.values(schema.properties)) refuseUnknownFields(property);
  }
  if (schema.items !== undefined) refuseUnknownFields(schema.items);
  for (const part of schema.allOf ?? []) refuseUnknownFields(part);
}
