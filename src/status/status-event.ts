import type { GatewayStatus } from './gateway-status.js';

/**
 * The event `status` of `GET /events`. The list of procedures is left out: it is long, and changes
 * only with a reload.
 */
export type StatusEvent = Omit<GatewayStatus, 'procedures'>;
