import { OPTION_RULES, wrongOption } from '../../wamp/options.js';
import { isDict, type Payload } from '../../wamp/payload.js';
import { ask, settle } from '../access/ask-authorizer.js';
import { estimateSize } from '../estimate-size.js';
import { createHoldings, holdingLimits } from '../holdings.js';
import type { Session } from '../model.js';
import { isPacked } from '../payload-passthru.js';
import type { Broker } from '../pubsub/broker.js';
import type { Publication } from '../pubsub/publishing.js';
import type { RealmContext } from '../realm-context.js';
import type { Refusal } from '../refusals.js';
import { invalid, uriArgument } from './arguments.js';
import { type MetaCall, MetaError, type MetaProcedure } from './meta-call.js';

/** Events that are published when a session has left (WAMP, "Session Testament"). */
export interface Testaments {
  readonly procedures: Readonly<Record<string, MetaProcedure>>;
  /** Publishes the testaments of a session, one per step. Those of scope `detached` come first. */
  publish(session: Session): Iterable<void>;
  /** Drops the testaments of a session. */
  discard(session: Session): void;
}

type Scope = 'detached' | 'destroyed';
interface Testament extends Publication {
  readonly scope: Scope;
  readonly size: number;
}

export function createTestaments(
  broker: Pick<Broker, 'deliver' | 'check'>,
  context: RealmContext,
): Testaments {
  const { limits, rules, randomId } = context;
  const testaments = new Map<Session, Testament[]>();
  const testamentsOf = (session: Session): readonly Testament[] => testaments.get(session) ?? [];
  const held = createHoldings(holdingLimits(limits, 'Testament'));

  function add(session: Session, testament: Testament): undefined {
    const refusal = held.check(session, testament.size);
    if (refusal !== undefined) deny(refusal);
    held.add(session, testament.size);
    const all = testaments.get(session);
    if (all === undefined) testaments.set(session, [testament]);
    else all.push(testament);
  }

  /**
   * Removes and returns the testaments of a session. If `scope` is given, only those of that scope.
   */
  function take(session: Session, scope?: Scope): readonly Testament[] {
    const all = testamentsOf(session);
    const taken = all.filter((testament) => scope === undefined || testament.scope === scope);
    for (const { size } of taken) held.remove(session, size);
    const kept = scope === undefined ? [] : all.filter((testament) => testament.scope !== scope);
    if (kept.length === 0) testaments.delete(session);
    else testaments.set(session, kept);
    return taken;
  }

  return {
    procedures: {
      'wamp.session.add_testament': (call) => {
        const { session } = call;
        const testament = testamentOf(call, limits.maxTestamentBytes);
        const refusal = broker.check(testament);
        if (refusal !== undefined) deny(refusal);
        const verdict = ask(rules.authorizer, session, 'publish', testament.topic, 'exact');
        const proceed = () => add(session, testament);
        return settle(verdict, { context, session, message: testament, proceed, refuse: deny });
      },
      'wamp.session.flush_testaments': ({ session, kwargs }) => void take(session, scopeOf(kwargs)),
    },
    *publish(session) {
      const all = take(session);
      for (const scope of ['detached', 'destroyed'])
        for (const testament of all)
          if (testament.scope === scope) yield broker.deliver(session, randomId(), testament);
    },
    discard: (session) => void take(session),
  };
}

/** @throws MetaError */
function deny({ uri, message }: Refusal): never {
  throw new MetaError(uri, message);
}

/** @throws MetaError */
function scopeOf(kwargs: MetaCall['kwargs']): Scope {
  const scope = kwargs['scope'] ?? 'destroyed';
  if (scope === 'detached' || scope === 'destroyed') return scope;
  throw invalid('scope must be detached or destroyed');
}

/** @throws MetaError */
function testamentOf({ session, args, kwargs }: MetaCall, max: number): Testament {
  const topic = uriArgument(args);
  const options = kwargs['publish_options'] ?? {};
  if (!isDict(options)) throw invalid('publish_options must be a dictionary');
  const wrong = wrongOption(options, OPTION_RULES.publish);
  if (wrong !== undefined) throw invalid(`publish_options: ${wrong}`);
  if (isPacked(options) && !session.features.publisher.payloadPassthru)
    throw invalid('publish_options: payload_passthru_mode was not announced');
  const payload = payloadOf(args[1] ?? [], args[2] ?? {});
  const size = estimateSize([topic, payload, options], max);
  return { topic, options, payload, scope: scopeOf(kwargs), size };
}

/** @throws MetaError */
function payloadOf(args: unknown, kwargs: unknown): Payload {
  if (!Array.isArray(args)) throw invalid('the second argument must be a list');
  if (!isDict(kwargs)) throw invalid('the third argument must be a dictionary');
  return { args, kwargs };
}
