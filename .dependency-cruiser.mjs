/**
 * The rooms of the house and the arrows between them. A room may import itself, the leaves, and what its row names;
 * everything else is an error. The same table stands in docs/overview.md.
 */
const LEAVES = [
  'ip-source',
  'errors',
  'log',
  'clock',
  'collections',
  'turns',
  'backoff',
  'json',
  'read-regular-file',
  'version',
];
const ROOMS = {
  'summed-log': ['log', 'clock'],
  observe: ['errors'],
  config: ['errors', 'read-regular-file'],
  'json-text': ['json'],
  wamp: ['collections', 'json-text', 'errors', 'log', 'clock', 'json'],
  router: ['wamp', 'ip-source', 'json-text', 'log', 'clock', 'collections', 'turns', 'summed-log'],
  transport: ['wamp', 'ip-source', 'errors', 'log', 'clock', 'turns', 'summed-log', 'read-regular-file'],
  secrets: ['config', 'errors', 'log', 'clock', 'backoff', 'json', 'summed-log', 'read-regular-file'],
  upstream: ['config', 'errors', 'log', 'clock', 'collections', 'turns', 'summed-log', 'read-regular-file'],
  auth: ['config', 'upstream', 'secrets', 'errors', 'log', 'clock', 'turns', 'backoff', 'json', 'summed-log'],
  'gateway/pipeline': [
    'auth',
    'secrets',
    'upstream',
    'config',
    'json-text',
    'errors',
    'log',
    'clock',
    'turns',
    'json',
    'version',
    'summed-log',
  ],
  gateway: [
    'gateway/pipeline',
    'auth',
    'secrets',
    'wamp',
    'config',
    'upstream',
    'json-text',
    'errors',
    'log',
    'clock',
    'turns',
    'json',
    'version',
    'summed-log',
  ],
  admin: ['gateway', 'errors', 'log', 'version'],
};

const file = (name) => `^src/${name}\\.ts$`;
/** Rooms that are one file. */
const FILES = [...LEAVES.filter((name) => name !== 'collections'), 'summed-log'];
const folder = (name) => (name === 'gateway' ? '^src/gateway/(?!pipeline/)' : `^src/${name}/`);
const room = (name) => (FILES.includes(name) ? file(name) : folder(name));

const roomRules = Object.entries(ROOMS).map(([name, allowed]) => ({
  name: `${name}-imports`,
  comment: `src/${name} may import only: ${allowed.join(', ')}`,
  severity: 'error',
  from: { path: room(name), pathNot: '\\.test\\.ts$' },
  to: { path: '^src/', pathNot: [room(name), ...allowed.map(room)] },
}));

export default {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'leaves-import-nothing-of-ours',
      severity: 'error',
      from: { path: LEAVES.map(room), pathNot: '\\.test\\.ts$' },
      to: { path: '^src/', pathNot: '^src/collections/' },
    },
    {
      name: 'nobody-imports-the-command-line',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'only-the-composition-root-is-above-the-rooms',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: ['^src/cli/', '\\.test\\.ts$'] },
      to: { path: '^src/(create-gateway|index)\\.ts$' },
    },
    {
      name: 'no-dev-dependency-in-the-product',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'] },
    },
    ...roomRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
