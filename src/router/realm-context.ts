import type { Clock } from '../clock.js';
import type { Observer } from '../observe/observer.js';
import type { SummedLog } from '../summed-log.js';
import type { Turns } from '../turns.js';
import type { Authorizer } from './access/authorizer.js';
import type { Budgets } from './budgets.js';
import type { RouterLimits, Session } from './model.js';

/** Rules that can differ from realm to realm. */
export interface RealmRules {
  /** Default: everything is allowed. */
  readonly authorizer: Authorizer;
  /** Procedures that only this process may call. Grants do not change this. Default: none. */
  readonly routerOnly: ReadonlySet<string>;
  /** Whether callers and publishers may disclose who they are. Default `allow`. */
  readonly disclosure: 'allow' | 'refuse';
  /**
   * Describes a procedure of this process. Returns undefined if it has no description. Default: none
   * has one.
   */
  readonly describe: (uri: string) => object | undefined;
  /**
   * Which callees the router asks for progressive results: those that announced the feature, or
   * all. Default `announced`.
   */
  readonly progressiveResults: 'announced' | 'always';
}

export interface MoreOfMetaEvent {
  /**
   * Called when the event's turn comes, if it has receivers. If it returns false, the event is
   * dropped.
   */
  readonly isDue?: () => boolean;
  /**
   * The registration or subscription that the event is about. Events with the same subject arrive
   * in order, even if different sessions cause them.
   */
  readonly subject?: object;
}

/** What the parts of one realm share. */
export interface RealmContext {
  readonly limits: RouterLimits;
  readonly budgets: Budgets;
  readonly rules: RealmRules;
  readonly clock: Clock;
  readonly observer: Observer;
  /** For lines that clients cause. */
  readonly log: SummedLog;
  /** Name of the realm, for the observer and the log. */
  readonly realm: string;
  readonly turns: Turns;
  /** IDs of the global scope. */
  readonly randomId: () => number;
  /** In [0, 1), for the invocation policy `random`. */
  readonly random: () => number;
  /** Publishes a meta event. The session that caused it does not get it. */
  announce(topic: string, cause: Session, args: readonly unknown[], more?: MoreOfMetaEvent): void;
}
