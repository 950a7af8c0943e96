import type { FastifyInstance } from 'fastify';
import type { Logger } from '../../log.js';
import type { ServiceAction } from '../../status/actions.js';
import { errorAnswer } from '../answer.js';
import type { AdminOperations } from '../operations.js';
import { logAction } from './action-log.js';
import { unknownIn } from './parameters.js';
import { addRoute } from './route.js';
import { sendOutcome } from './send-outcome.js';

/** The last segment of the path, by action. */
const SEGMENTS: Readonly<Record<ServiceAction, string>> = {
  enable: 'enable',
  disable: 'disable',
  probe: 'probe',
  refresh_token: 'refresh-token',
  refresh_secret: 'refresh-secret',
};

/** `POST /services/NAME/ACTION` */
export function addServiceRoutes(
  app: FastifyInstance,
  operations: Pick<AdminOperations, 'act'>,
  log: Logger,
): void {
  for (const action of Object.keys(SEGMENTS) as ServiceAction[]) {
    addRoute(app, 'POST', `/services/:service/${SEGMENTS[action]}`, async (request, reply) => {
      const unknown = unknownIn(request, []);
      if (unknown !== undefined) return reply.code(400).send(errorAnswer('bad_request', unknown));
      const { service } = request.params as { readonly service: string };
      const outcome = await operations.act(service, action);
      const of = outcome.kind === 'unknown' ? {} : { service };
      logAction(log, request, { action: SEGMENTS[action], ...of }, outcome.kind);
      return sendOutcome(reply, outcome);
    });
  }
}
