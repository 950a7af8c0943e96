import { readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { createGateway, type Gateway, type GatewayOptions } from '../../src/assembly/create-gateway.js';
import { parseConfig } from '../../src/config/load-config.js';
import { billingConf } from './billing-conf.js';
import { type Caller, connectCaller, REALM } from './caller.js';
import { type RunningGateway, startGateway } from './gateway.js';
import { keepLog, type LogLines } from './log-lines.js';
import {
  type RecordingUpstream,
  type ResponseHandler,
  startRecordingUpstream,
} from './recording-upstream.js';
import { until } from './router-host.js';

/** An open realm for a router without services. */
export const OPEN_REALM = { uri: REALM, security_enabled: false };

/** A gateway that is attached to a router, and its log. */
export interface AttachedGateway {
  readonly gateway: Gateway;
  readonly log: LogLines;
  /** Resolves when the gateway is ready; rejects when it cannot become so. */
  readonly ready: Promise<void>;
}

/** An API, a router, gateways attached to it, and a caller at the router. */
export interface AttachedFixture {
  readonly upstream: RecordingUpstream;
  readonly router: RunningGateway;
  readonly caller: Caller;
  /** Starts a gateway with the guide's billing service; `+` stands for the service's prefix. */
  attach(lines?: readonly string[], url?: string): AttachedGateway;
  /** The same, and waits until it is ready. */
  attachAndWait(lines?: readonly string[], url?: string): Promise<AttachedGateway>;
  close(): Promise<void>;
}

/** The port of the default admin listener may be busy on the machine of the test. */
const NO_ADMIN = 'listeners.none.enabled = off';
/** Short waits, so that tests that lose a router end soon. */
const QUICK = ['router.reconnect.min = 10ms', 'router.reconnect.max = 100ms', NO_ADMIN];

export interface AttachedFixtureOptions {
  /** Lines for the router. */
  readonly routerLines?: readonly string[];
  /** The realms of the router's security file. Default: {@link OPEN_REALM}. */
  readonly realms?: readonly object[];
  readonly respond?: ResponseHandler;
  /** For the gateways that are attached. */
  readonly gateway?: GatewayOptions;
}

/** Starts an API and our own router without a service. */
export async function openAttachedFixture(options: AttachedFixtureOptions = {}): Promise<AttachedFixture> {
  const { routerLines = [], realms = [OPEN_REALM], respond } = options;
  const upstream = await startRecordingUpstream(respond);
  const router = await startRouter(realms, routerLines);
  const caller = await connectCaller(router.url);
  const gateways: Gateway[] = [];

  function attach(lines: readonly string[] = [], url = router.url): AttachedGateway {
    const log = keepLog('debug');
    const conf = billingConf(upstream.url, `router.url = ${url}`, ...QUICK, ...lines);
    const gateway = createGateway(parseConfig(conf, { env: {} }), { log: log.log, ...options.gateway });
    gateways.push(gateway);
    const ready = gateway.start();
    // A test that stops the gateway before it is ready does not wait for it.
    ready.catch(() => {});
    return { gateway, log, ready };
  }

  return {
    upstream,
    router,
    caller,
    attach,
    async attachAndWait(lines, url) {
      const attached = attach(lines, url);
      await attached.ready;
      return attached;
    },
    async close() {
      await caller.close();
      await Promise.all(gateways.map((gateway) => gateway.stop(0)));
      await router.stop(0);
      await upstream.close();
    },
  };
}

/** Our own router, without a service. It listens at a WebSocket port, and where `lines` say. */
export async function startRouter(
  realms: readonly object[] = [OPEN_REALM],
  lines: readonly string[] = [],
): Promise<RunningGateway> {
  const conf = [
    'security.config_file = security.json',
    'security.max_failed_login_delay = 0',
    'security.allow_anonymous_user = on',
    ...lines,
  ];
  const router = await startGateway(conf.join('\n'), {
    readFile: (path) => (path.endsWith('/security.json') ? JSON.stringify(realms) : readFileSync(path)),
  });
  const url = router.endpoints.find((endpoint) => endpoint.startsWith('ws://'));
  return Object.assign(router, { url: url ?? router.url });
}

/** A wire between a gateway and its router, which a test breaks. */
export interface Wire {
  /** The URL of the router over this wire. */
  readonly url: string;
  /** Resets all connections, and refuses new ones until `mend`. */
  cut(): void;
  /** Carries nothing more, but keeps the connections open: half-open TCP. */
  freeze(): void;
  mend(): void;
  readonly connections: number;
  /** How often the router has sent something. */
  readonly answers: number;
  close(): Promise<void>;
}

/** Opens a wire to the URL of a router, with a host and a port. */
export async function openWire(target: string): Promise<Wire> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let state: 'whole' | 'cut' | 'frozen' = 'whole';
  let connections = 0;
  let answers = 0;
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((near) => {
    keep(near);
    connections++;
    if (state === 'cut') {
      near.resetAndDestroy();
      return;
    }
    const to = keep(connect(Number(port), hostname));
    const pass = (from: Socket, into: Socket): void => {
      from.on('data', (chunk) => state === 'whole' && into.write(chunk));
      from.on('close', () => state === 'whole' && into.destroy());
    };
    pass(near, to);
    pass(to, near);
    to.on('data', () => answers++);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const near = new URL(target);
  near.port = String(typeof address === 'object' && address !== null ? address.port : 0);
  const destroyAll = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    url: near.href,
    cut() {
      state = 'cut';
      destroyAll();
    },
    freeze() {
      state = 'frozen';
    },
    mend() {
      state = 'whole';
    },
    get connections() {
      return connections;
    },
    get answers() {
      return answers;
    },
    close() {
      state = 'cut';
      destroyAll();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Resolves when the gateway has logged a record with these fields. */
export async function logged(
  { log }: AttachedGateway,
  fields: Readonly<Record<string, unknown>>,
): Promise<void> {
  const matches = (record: Readonly<Record<string, unknown>>) =>
    Object.entries(fields).every(([name, value]) => record[name] === value);
  await until(() => log.records().some(matches), log.text);
}
