import type { FastifyInstance } from 'fastify';
import type { Logger } from '../../log.js';
import { errorAnswer } from '../answer.js';
import type { AdminOperations } from '../operations.js';
import { logAction } from './action-log.js';
import { unknownIn } from './parameters.js';
import { addRoute } from './route.js';
import { sendOutcome } from './send-outcome.js';

const NO_REALM = 'The gateway has no realm of its own with this name.';

/** `GET /realms/NAME` and `POST /realms/NAME/sessions/ID/kill` */
export function addRealmRoutes(
  app: FastifyInstance,
  operations: Pick<AdminOperations, 'realmDetail' | 'killSession'>,
  log: Logger,
): void {
  addRoute(app, 'GET', '/realms/:realm', (request, reply) => {
    const unknown = unknownIn(request, []);
    if (unknown !== undefined) return reply.code(400).send(errorAnswer('bad_request', unknown));
    const { realm } = request.params as { readonly realm: string };
    const detail = operations.realmDetail(realm);
    return detail === undefined ? reply.code(404).send(errorAnswer('unknown', NO_REALM)) : reply.send(detail);
  });
  addRoute(app, 'POST', '/realms/:realm/sessions/:session/kill', (request, reply) => {
    const unknown = unknownIn(request, []);
    if (unknown !== undefined) return reply.code(400).send(errorAnswer('bad_request', unknown));
    const { realm, session } = request.params as { readonly realm: string; readonly session: string };
    // Other text is the ID of no session.
    const outcome = operations.killSession(realm, /^[1-9]\d{0,15}$/.test(session) ? Number(session) : 0);
    const of = outcome.kind === 'unknown' ? {} : { realm, session: Number(session) };
    logAction(log, request, { action: 'kill', ...of }, outcome.kind);
    return sendOutcome(reply, outcome);
  });
}
