import { isDictionary } from '../gateway/pipeline/request/fill-template.js';
import type { Schema } from '../openapi/model/api-model.js';
import { jsonTypesOf } from '../openapi/model/json-types.js';
import type { Session } from '../wamp/client/session.js';
import { argsOf } from '../wamp/payload-values.js';
import { WampError } from '../wamp/wamp-error.js';
import { byTypes, type HowMeant, NOT_KNOWN } from './call-types.js';

/** How many schemas are looked at. A router may be a stranger's. */
const MAX_STEPS = 10_000;

/**
 * Finds out from the router how the keyword arguments of a procedure are meant, where it describes
 * procedures (WAMP, "Procedure Reflection"). Otherwise nothing is known.
 */
export async function describedTypes(
  session: Pick<Session, 'details' | 'call'>,
  uri: string,
): Promise<HowMeant> {
  if (!describesProcedures(session.details)) return NOT_KNOWN;
  try {
    const [description] = argsOf(await session.call('wamp.reflection.procedure.describe', { args: [uri] }));
    return byTypes(typesIn(isDictionary(description) ? description['kwargs_schema'] : undefined));
  } catch (error) {
    if (error instanceof WampError) return NOT_KNOWN;
    throw error;
  }
}

function describesProcedures({ roles }: Session['details']): boolean {
  const dealer = isDictionary(roles) ? roles['dealer'] : undefined;
  const features = isDictionary(dealer) ? dealer['features'] : undefined;
  return isDictionary(features) && features['reflection'] === true;
}

function typesIn(schema: unknown): Parameters<typeof byTypes>[0] {
  const { properties, $defs } = isDictionary(schema) ? schema : {};
  const defs = isDictionary($defs) ? ($defs as Readonly<Record<string, Schema>>) : {};
  const context = { defs, budget: { steps: MAX_STEPS } };
  const all = isDictionary(properties) ? Object.entries(properties) : [];
  return new Map(
    all.map(([name, each]) => [name, isDictionary(each) ? jsonTypesOf(each, context) : undefined]),
  );
}
