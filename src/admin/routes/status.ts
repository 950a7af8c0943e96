import type { FastifyInstance } from 'fastify';
import type { AdminOperations } from '../operations.js';
import { addRoute } from './route.js';

/**
 * `GET /status`, the state of everything, and `GET /configuration`, the keys in effect.
 * docs/reference/status.schema.json describes them.
 */
export function addStatusRoute(
  app: FastifyInstance,
  operations: Pick<AdminOperations, 'status' | 'configurationDetail'>,
): void {
  addRoute(app, 'GET', '/status', (_request, reply) => reply.send(operations.status()));
  addRoute(app, 'GET', '/configuration', (_request, reply) => reply.send(operations.configurationDetail()));
}
