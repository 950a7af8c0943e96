import type { FastifyInstance } from 'fastify';
import type { AdminOperations } from '../operations.js';
import { addRoute } from './route.js';

/** `/livez` and `/readyz` for orchestrators, also with the names of Bondy. */
export function addHealthRoutes(app: FastifyInstance, operations: Pick<AdminOperations, 'readiness'>): void {
  for (const path of ['/livez', '/ping']) {
    // A process whose event loop is blocked cannot answer.
    addRoute(app, 'GET', path, () => ({ live: true }));
  }
  for (const path of ['/readyz', '/ready']) {
    addRoute(app, 'GET', path, (_request, reply) => {
      const readiness = operations.readiness();
      return reply.code(readiness.ready ? 200 : 503).send(readiness);
    });
  }
}
