import type { CallOutcome } from '../observe/observer.js';
import type { ActionOutcome } from '../status/actions.js';
import type { ConfigurationDetail } from '../status/effective-key.js';
import type { LiveCalls } from '../status/live-calls.js';
import type { RealmDetail } from '../status/realm-detail.js';
import type { AllTraffic, ServiceDetail, TrafficHistories } from '../status/service-status.js';
import type { StatusEvent } from '../status/status-event.js';
import type { ProcedurePlace, TrialForm, TrialPreview } from '../status/trial.js';

/**
 * The beginning of a call that an operator tries.
 *
 * - `unknown`: there is no such procedure.
 * - `off`: such calls are not allowed (`admin.console_calls`).
 * - `busy`: too many of them are running.
 */
export type TrialStart =
  | {
      readonly kind: 'running';
      /** Milliseconds after which it ends in any case. */
      readonly deadlineMs: number;
      /** Resolves with the {@link TrialResult} as JSON. */
      readonly ended: Promise<{ readonly outcome: CallOutcome; readonly json: string }>;
      cancel(): void;
    }
  | { readonly kind: 'unknown' | 'off' | 'busy' };

/** What the console shows and does beyond the status. The gateway provides it. */
export interface ConsoleOperations {
  /** Undefined if there is no such service. */
  serviceDetail(service: string): ServiceDetail | undefined;
  /** The calls of all procedures. */
  traffic(): AllTraffic;
  /** The recent traffic of each service. */
  history(): TrafficHistories;
  /** What is needed to try a procedure. Undefined if there is no such procedure. */
  trialForm(place: ProcedurePlace): TrialForm | undefined;
  /** Builds the request of a call, and sends nothing. */
  previewTrial(place: ProcedurePlace, kwargs: Readonly<Record<string, unknown>>): TrialPreview | undefined;
  /** Calls a procedure. */
  callTrial(place: ProcedurePlace, kwargs: Readonly<Record<string, unknown>>): TrialStart;
  /** What is in a realm. Undefined if the gateway has no such realm of its own. */
  realmDetail(realm: string): RealmDetail | undefined;
  /** Ends the session of a client. */
  killSession(realm: string, session: number): ActionOutcome;
  /** The configuration in effect. */
  configurationDetail(): ConfigurationDetail;
  /** The status, without the procedures. */
  statusEvent(): StatusEvent;
  /**
   * Calls `onChange` whenever the state of a service, a link or the gateway has changed.
   *
   * @returns ends it
   */
  onChange(onChange: () => void): () => void;
  /**
   * Calls `receive` with the calls that end, in batches.
   *
   * @returns ends it
   */
  watchCalls(receive: (batch: LiveCalls) => void): () => void;
}
