import { signal } from '@preact/signals';
import type { GatewayStatus } from '../../dist/status/gateway-status.js';
import type { TrafficHistories } from '../../dist/status/service-status.js';
import type { StatusEvent } from '../../dist/status/status-event.js';

/** The newest status. Undefined before the first one. */
export const status = signal<StatusEvent | undefined>(undefined);
/** All procedures of the gateway. */
export const procedures = signal<GatewayStatus['procedures']>([]);
/** The recent traffic by service. */
export const history = signal<TrafficHistories>({});
/** Whether the stream is open. */
export const connection = signal<'connecting' | 'open' | 'lost'>('connecting');
/** The present time, once a second, in milliseconds since the epoch. */
export const now = signal(Date.now());
