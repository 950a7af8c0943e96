import type { FastifyInstance } from 'fastify';
import type { Logger } from '../../log.js';
import type { AdminRoute } from '../admin-route.js';
import { errorAnswer } from '../answer.js';
import { logAction } from './action-log.js';
import { unknownIn } from './parameters.js';
import { addRoute } from './route.js';

/** The paths of the program that embeds the gateway. */
export function addAddedRoutes(app: FastifyInstance, routes: readonly AdminRoute[], log: Logger): void {
  for (const { method, path, answer } of routes) {
    addRoute(app, method, path, async (request, reply) => {
      const unknown = unknownIn(request, []);
      if (unknown !== undefined) return reply.code(400).send(errorAnswer('bad_request', unknown));
      const { status, body } = await answer();
      if (method === 'POST') logAction(log, request, { action: path }, status < 400 ? 'done' : 'failed');
      return reply.code(status).send(body);
    });
  }
}
