import { hostname } from 'node:os';
import { createAlarmEvents } from '../admin/realm/alarm-events.js';
import { type RealmProcedure, realmProcedures } from '../admin/realm/procedures.js';
import type { Clock } from '../clock.js';
import type { Observer } from '../observe/observer.js';
import type { GatewayStatus } from '../status/gateway-status.js';
import type { InvocationHandler } from '../wamp/client/invocations.js';
import type { Payload } from '../wamp/payload.js';
import { argsOf } from '../wamp/payload-values.js';

/** What the gateway offers to operators in `admin.realm`. */
export interface OperatorRealm {
  readonly realm: string;
  readonly procedures: readonly { readonly uri: string; readonly handler: InvocationHandler }[];
  /** Publishes alarms. */
  readonly observer: Observer;
}

export interface OperatorRealmOptions {
  /** `admin.realm` */
  readonly realm: string | undefined;
  readonly status: () => GatewayStatus;
  readonly publish: (topic: string, payload: Payload) => void;
  readonly clock: Clock;
}

/** Returns undefined without a realm. */
export function createOperatorRealm({
  realm,
  status,
  publish,
  clock,
}: OperatorRealmOptions): OperatorRealm | undefined {
  if (realm === undefined) return undefined;
  const node = `rpc-gateway@${hostname()}`;
  return {
    realm,
    procedures: [...realmProcedures({ node, status })].map(([uri, procedure]) => ({
      uri,
      handler: handlerOf(procedure),
    })),
    observer: createAlarmEvents({
      node,
      endpointOf: (service) => status().services.find(({ name }) => name === service)?.base_url ?? '',
      publish: (topic, alarm) => publish(topic, { args: [alarm] }),
      clock,
    }),
  };
}

function handlerOf(procedure: RealmProcedure): InvocationHandler {
  return async (invocation) => {
    const reply = procedure(argsOf(invocation));
    return reply.kind === 'result'
      ? { kind: 'result', payload: { args: [reply.value] } }
      : { kind: 'error', uri: reply.uri, payload: { args: [reply.message] } };
  };
}
