/**
 * The rooms in src/ and their import rules. A room may import its own files and the rooms of its row. Every other import is
 * an error. The same table stands in docs/overview.md.
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
  status: ['observe', 'clock'],
  openapi: ['config/types', 'clock'],
  config: ['openapi', 'errors', 'clock', 'read-regular-file'],
  'json-text': ['json'],
  wamp: ['collections', 'json-text', 'log', 'clock', 'json'],
  router: ['observe', 'wamp', 'ip-source', 'json-text', 'log', 'clock', 'collections', 'turns', 'summed-log'],
  transport: [
    'observe',
    'wamp',
    'ip-source',
    'errors',
    'log',
    'clock',
    'turns',
    'summed-log',
    'read-regular-file',
  ],
  secrets: ['observe', 'config', 'upstream', 'log', 'clock', 'backoff', 'json'],
  upstream: ['observe', 'config', 'errors', 'log', 'clock', 'collections', 'turns', 'read-regular-file'],
  'http-cache': ['upstream', 'clock', 'collections'],
  auth: [
    'observe',
    'config',
    'upstream',
    'secrets',
    'log',
    'clock',
    'collections',
    'turns',
    'backoff',
    'summed-log',
    'read-regular-file',
  ],
  'gateway/pipeline': [
    'http-cache',
    'openapi',
    'observe',
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
    'summed-log',
  ],
  gateway: [
    'openapi',
    'observe',
    'status',
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
  ],
  'client-types': ['gateway', 'openapi'],
  'import-lines': ['openapi', 'gateway/pipeline', 'config'],
  cases: ['openapi', 'gateway', 'gateway/pipeline', 'config', 'upstream', 'json'],
  attach: ['observe', 'wamp', 'transport', 'log', 'clock'],
  tracing: ['observe', 'errors', 'log', 'clock', 'version', 'summed-log'],
  metrics: ['observe', 'status', 'errors', 'turns'],
  reload: ['status', 'config', 'gateway/pipeline'],
  admin: ['status', 'observe', 'log', 'clock', 'json', 'summed-log'],
  modes: [
    'attach',
    'router',
    'admin',
    'reload',
    'gateway',
    'gateway/pipeline',
    'upstream',
    'config',
    'transport',
    'wamp',
    'observe',
    'status',
    'errors',
    'log',
    'clock',
    'turns',
    'summed-log',
    'read-regular-file',
  ],
  assembly: [
    'modes',
    'attach',
    'admin',
    'reload',
    'metrics',
    'tracing',
    'gateway',
    'gateway/pipeline',
    'auth',
    'upstream',
    'config',
    'transport',
    'observe',
    'status',
    'errors',
    'log',
    'clock',
    'turns',
    'read-regular-file',
    'version',
  ],
};

/** Import rules between the sub-folders of a room. The same table stands in docs/overview.md. */
const SUB_ROOMS = [
  { from: 'wamp/*.ts', notTo: ['wamp/client', 'wamp/serializers'] },
  { from: 'wamp/client', notTo: ['wamp/serializers'] },
  { from: 'wamp/serializers', notTo: ['wamp/client'] },
  { from: 'router/patterns', notTo: ['router'], except: ['router/patterns', 'router/model.ts'] },
  { from: 'router/rpc', notTo: ['router/pubsub', 'router/meta'] },
  { from: 'router/pubsub', notTo: ['router/rpc', 'router/meta'] },
  { from: 'router/auth/methods', notTo: ['router'], except: ['router/auth'] },
  { from: 'config/syntax', notTo: ['config/checks', 'config/schema'] },
  { from: 'config/types', notTo: ['config/checks', 'config/schema'] },
];

const file = (name) => `^src/${name}\\.ts$`;
/** Rooms of one file. */
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

/** `wamp/client` is the folder with everything in it, `wamp/*.ts` the files at its top, `router/model.ts` one file. */
function pathOf(place) {
  if (place.endsWith('/*.ts')) return `^src/${place.slice(0, -'*.ts'.length)}[^/]+\\.ts$`;
  return place.endsWith('.ts') ? `^src/${place.replace('.ts', '\\.ts')}$` : `^src/${place}/`;
}

const subRoomRules = SUB_ROOMS.map(({ from, notTo, except = [] }) => ({
  name: `${from}-imports`,
  comment: `src/${from} must not import: ${notTo.join(', ')}${except.length > 0 ? ` (except ${except.join(', ')})` : ''}`,
  severity: 'error',
  from: { path: pathOf(from), pathNot: '\\.test\\.ts$' },
  to: { path: notTo.map(pathOf), pathNot: except.map(pathOf) },
}));

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'leaves-import-no-room',
      severity: 'error',
      from: { path: LEAVES.map(room), pathNot: '\\.test\\.ts$' },
      to: { path: '^src/', pathNot: '^src/collections/' },
    },
    {
      name: 'no-room-imports-the-command-line',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'no-room-imports-the-assembly',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: ['^src/(?:assembly|cli)/', '\\.test\\.ts$'] },
      to: { path: '^src/(?:assembly/|index\\.ts$)' },
    },
    {
      name: 'no-dev-dependency-in-the-product',
      severity: 'error',
      // Users install the optional peers of traces themselves. Only if they are needed, otlp-provider.ts loads them.
      from: {
        path: '^src/',
        pathNot: ['\\.test\\.ts$', '^src/tracing/(?:otlp-provider|logged-exporter|bounded-spans)\\.ts$'],
      },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'] },
    },
    {
      name: 'only-one-file-knows-prom-client',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/metrics/exposition\\.ts$' },
      to: { path: 'node_modules/prom-client/' },
    },
    ...roomRules,
    ...subRoomRules,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
  },
};
