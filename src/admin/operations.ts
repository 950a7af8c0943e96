import type { ActionOutcome, ReloadOutcome, ServiceAction } from '../status/actions.js';
import type { GatewayStatus } from '../status/gateway-status.js';
import type { ConsoleOperations } from './console-operations.js';

/** Whether the gateway is ready for calls. */
export interface Readiness {
  readonly ready: boolean;
  /** What it waits for. Empty if it is ready. */
  readonly missing: readonly string[];
}

/** What operators can see and do. The gateway provides it. */
export interface AdminOperations extends ConsoleOperations {
  readiness(): Readiness;
  status(): GatewayStatus;
  /** The metrics in the text format of Prometheus. */
  metrics(): Promise<string | Uint8Array>;
  act(service: string, action: ServiceAction): Promise<ActionOutcome>;
  /** @param options.dryRun only says what would change */
  reload(options: { readonly dryRun: boolean }): Promise<ReloadOutcome>;
}
