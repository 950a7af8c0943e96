import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { parseConfig } from '../../src/config/load-config.js';
import { FAMILIES, PREFIX } from '../../src/metrics/families.js';
import { packageVersion } from '../../src/version.js';
import { runCommand } from '../support/command.js';
import { readDocument } from '../support/documents.js';

const APP = { 'app.kubernetes.io/name': 'rpc-gateway' };
/** `rpc-gateway start` waits so many seconds for running calls. */
const GRACE = 10;

// biome-ignore lint/suspicious/noExplicitAny: test/interop/kubernetes-manifests.test.ts checks the types
type Manifest = any;

const manifests: readonly Manifest[] = readdirSync(
  fileURLToPath(new URL('../../deploy/kubernetes/', import.meta.url)),
)
  .filter((name) => name.endsWith('.yaml'))
  .flatMap((name) => parseAllDocuments(readDocument(`deploy/kubernetes/${name}`)).map((each) => each.toJS()));

function manifest(kind: string, name = 'rpc-gateway'): Manifest {
  const found = manifests.filter((each) => each.kind === kind && each.metadata.name === name);
  expect(found, `${kind} ${name}`).toHaveLength(1);
  return found[0];
}

describe('the manifests in deploy/kubernetes', () => {
  const deployment = manifest('Deployment');
  const pod = deployment.spec.template;
  const [container] = pod.spec.containers;
  const portNames: string[] = container.ports.map(({ name }: Manifest) => name);

  const ENV = { BILLING_URL: 'https://billing.example.com/api', ADMIN_TOKEN: 'a-token-for-this-test' };
  const { data } = manifest('ConfigMap');
  const { stringData } = manifest('Secret');
  const config = parseConfig(data['gateway.conf'], {
    env: ENV,
    readFile: (path) => {
      expect(path).toMatch(/\/security\.json$/);
      return stringData['security.json'];
    },
  });

  it('find their pods by labels', () => {
    expect(pod.metadata.labels).toEqual(APP);
    expect(deployment.spec.selector.matchLabels).toEqual(APP);
    expect(manifest('PodDisruptionBudget').spec.selector.matchLabels).toEqual(APP);
    for (const name of ['rpc-gateway', 'rpc-gateway-admin']) {
      expect(manifest('Service', name).spec.selector).toEqual(APP);
    }
    expect(pod.spec.topologySpreadConstraints[0].labelSelector.matchLabels).toEqual(APP);
  });

  it('have a configuration without notices, and the ports of its listeners', () => {
    expect(config.notices).toEqual([]);
    const ports = config.listeners.map(({ settings: { ip, port } }) => {
      expect(ip).toBe('0.0.0.0');
      return port;
    });
    expect(container.ports.map(({ containerPort }: Manifest) => containerPort)).toEqual(ports);
  });

  it('open the ports of the services where the gateway listens', () => {
    for (const name of ['rpc-gateway', 'rpc-gateway-admin']) {
      for (const { port, targetPort } of manifest('Service', name).spec.ports) {
        const found = container.ports.find((each: Manifest) => each.name === targetPort);
        expect(port).toBe(found?.containerPort);
      }
    }
  });

  it('give the gateway every variable of its configuration, from keys that are there', () => {
    const variables = [...data['gateway.conf'].matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name);
    expect(container.env.map(({ name }: Manifest) => name).toSorted()).toEqual(variables.toSorted());
    for (const { value, valueFrom } of container.env) {
      if (value === undefined) expect(stringData).toHaveProperty([valueFrom.secretKeyRef.key]);
    }
  });

  it('start the gateway with options that it has', async () => {
    const [command, ...words]: string[] = container.args;
    const help = runCommand([command!, '--help']);
    expect(await help.ended).toBe(0);
    const options = words.filter((word) => word.startsWith('--'));
    expect(options).toEqual(['--watch', '--config']);
    for (const option of options) expect(help.out()).toMatch(new RegExp(`${option}\\b`));
  });

  it('mount the configuration where the command reads it', () => {
    const [{ mountPath, name, readOnly }] = container.volumeMounts;
    const [volume] = pod.spec.volumes;
    expect([name, readOnly]).toEqual([volume.name, true]);
    const [{ configMap }, { secret }] = volume.projected.sources;
    expect([configMap.name, secret.name]).toEqual(['rpc-gateway', 'rpc-gateway']);
    expect(secret.items).toEqual([{ key: 'security.json', path: 'security.json' }]);
    expect(container.args.at(-1)).toBe(`${mountPath}/gateway.conf`);
    expect(data).toHaveProperty(['gateway.conf']);
  });

  it('probe the paths that need no token', () => {
    const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'].map((name) => container[name].httpGet);
    expect(probes.map(({ path }) => path)).toEqual(['/livez', '/readyz', '/livez']);
    for (const { port } of probes) expect(port).toBe('admin');
    expect(portNames).toContain('admin');
  });

  it('leave more time to stop than preStop and the grace period', () => {
    const [command, seconds] = container.lifecycle.preStop.exec.command;
    expect(command).toBe('sleep');
    expect(pod.spec.terminationGracePeriodSeconds).toBeGreaterThan(Number(seconds) + GRACE);
  });

  it('run the gateway as a user without rights, on a read-only file system', () => {
    expect(pod.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000 });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(pod.spec.automountServiceAccountToken).toBe(false);
  });

  it('name the image by the version of the package', () => {
    expect(container.image).toBe(`wamp-rpc-gateway:${packageVersion()}`);
  });

  it('scale by a metric that the gateway has, and keep one pod in a disruption', () => {
    const { spec } = manifest('HorizontalPodAutoscaler');
    expect(spec.scaleTargetRef.name).toBe(deployment.metadata.name);
    const { name } = spec.metrics[0].pods.metric;
    expect(Object.keys(FAMILIES).map((family) => `${PREFIX}${family}`)).toContain(name);
    expect(spec.minReplicas).toBeGreaterThan(manifest('PodDisruptionBudget').spec.maxUnavailable);
    const rules = parse(readDocument('deploy/kubernetes/monitoring/adapter-values.yaml'));
    expect(rules.rules.custom[0].seriesQuery).toMatch(new RegExp(`^${name}\\{`));
  });

  it('let the Prometheus Operator find the admin port, with the token of the Secret', () => {
    const monitor = parse(readDocument('deploy/kubernetes/monitoring/servicemonitor.yaml'));
    const service = manifest('Service', 'rpc-gateway-admin');
    expect(service.metadata.labels).toMatchObject(monitor.spec.selector.matchLabels);
    expect(manifest('Service').metadata.labels).not.toMatchObject(monitor.spec.selector.matchLabels);
    const [{ port, path, authorization }] = monitor.spec.endpoints;
    expect([port, path]).toEqual([service.spec.ports[0].name, '/metrics']);
    expect(authorization.credentials.name).toBe('rpc-gateway');
    expect(stringData).toHaveProperty([authorization.credentials.key]);
  });
});
