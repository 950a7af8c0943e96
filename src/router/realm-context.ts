import type { Clock } from '../clock.js';
import type { Turns } from '../turns.js';
import type { Authorizer } from './access/authorizer.js';
import type { Budgets } from './budgets.js';
import type { RouterLimits, Session } from './model.js';

/** What holds in one realm and may be otherwise in another. */
export interface RealmRules {
  /** Default: everything is allowed. */
  readonly authorizer: Authorizer;
  /** Procedures that nobody but this process may call, whatever is granted. Default: none. */
  readonly routerOnly: ReadonlySet<string>;
  /** Whether callers and publishers may have callees and subscribers told who they are. Default `allow`. */
  readonly disclosure: 'allow' | 'refuse';
  /** Whether only callees that announced progressive call results are asked for them. Default `announced`. */
  readonly progressiveResults: 'announced' | 'always';
}

export interface MoreOfMetaEvent {
  /** Asked when its turn comes, where somebody hears of it: where it says no, the event is for nobody. */
  readonly isDue?: () => boolean;
  /** The registration or subscription that it tells of. Events about one arrive in their order, whoever causes them. */
  readonly subject?: object;
}

/** What the parts of one realm share. */
export interface RealmContext {
  readonly limits: RouterLimits;
  readonly budgets: Budgets;
  readonly rules: RealmRules;
  readonly clock: Clock;
  readonly turns: Turns;
  /** IDs of the global scope. */
  readonly randomId: () => number;
  /** In [0, 1), for the invocation policy `random`. */
  readonly random: () => number;
  /** Publishes a meta event to all but the session that caused it. */
  announce(topic: string, cause: Session, args: readonly unknown[], more?: MoreOfMetaEvent): void;
}
