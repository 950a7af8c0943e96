import type { GatewayStatus } from '../../status/gateway-status.js';
import type { ServiceStatus } from '../../status/service-status.js';
import { alarmOf } from './alarm.js';

/** What a procedure returns: one positional value, or an error. */
export type RealmReply =
  | { readonly kind: 'result'; readonly value: unknown }
  | { readonly kind: 'error'; readonly uri: string; readonly message: string };

/** A procedure for operators. It takes only positional arguments, as in Bondy. */
export type RealmProcedure = (args: readonly unknown[]) => RealmReply;

export interface RealmProceduresOptions {
  /** The name of this gateway. */
  readonly node: string;
  readonly status: () => GatewayStatus;
}

/** The procedures that the gateway registers in `admin.realm`, by URI. */
export function realmProcedures({
  node,
  status,
}: RealmProceduresOptions): ReadonlyMap<string, RealmProcedure> {
  const alarms = () => {
    const { alarms: raised, services } = status();
    return raised.map(({ service, reason, raised_at }) => {
      const endpoint = services.find(({ name }) => name === service)?.base_url ?? '';
      return alarmOf({ service, endpoint, reason, raisedAt: Date.parse(raised_at) }, node);
    });
  };
  return new Map<string, RealmProcedure>([
    [
      'bondy.http_connector.service.list',
      withoutArguments(() => {
        const found = status();
        return found.services.map((service) => describeService(service, found));
      }),
    ],
    [
      'bondy.http_connector.service.get',
      (args) => {
        const [name] = args;
        if (args.length !== 1 || typeof name !== 'string') return invalidArguments('the name of a service');
        const found = status();
        const service = found.services.find((each) => each.name === name);
        return service === undefined
          ? { kind: 'error', uri: 'bondy.error.not_found', message: 'There is no such service.' }
          : { kind: 'result', value: describeService(service, found) };
      },
    ],
    [
      'bondy.http_connector.service.status',
      withoutArguments(() => {
        const found = status();
        return found.services.map((service) => describeState(service, found));
      }),
    ],
    [
      'bondy.alarm.list',
      // Bondy asks all nodes of its cluster. A gateway knows only itself.
      withoutArguments(() => ({ alarms: alarms(), nodes: { answered: [node], silent: [] } })),
    ],
  ]);
}

function withoutArguments(read: () => unknown): RealmProcedure {
  return (args) => (args.length === 0 ? { kind: 'result', value: read() } : invalidArguments('no arguments'));
}

function invalidArguments(expected: string): RealmReply {
  return {
    kind: 'error',
    uri: 'wamp.error.invalid_argument',
    message: `The procedure takes ${expected}.`,
  };
}

/** Bondy tells services of its file from those that its API has added. Here all are of the file. */
const SOURCE = 'conf';

function describeService({ name, base_url, state }: ServiceStatus, { procedures }: GatewayStatus): object {
  return {
    name,
    source: SOURCE,
    enabled: state !== 'disabled',
    base_url,
    procedures: procedures
      .filter(({ service }) => service === name)
      .map(({ uri, realm, method, path }) => ({ uri, realm, method, path })),
  };
}

/** The state of a service in the words of Bondy, and then the fields of `GET /status`. */
function describeState(service: ServiceStatus, { procedures }: GatewayStatus): object {
  const callees: Record<string, number> = {};
  for (const { service: of, realm } of procedures) if (of === service.name) callees[realm] = 1;
  return {
    ...service,
    source: SOURCE,
    enabled: service.state !== 'disabled',
    ready: service.state === 'up',
    /** Bondy has one callee for each realm of a service. So has the gateway. */
    callees,
  };
}
