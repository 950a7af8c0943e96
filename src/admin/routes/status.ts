import type { FastifyInstance } from 'fastify';
import type { AdminOperations } from '../operations.js';
import { addRoute } from './route.js';

/** The state of everything. docs/reference/status.schema.json describes it. */
export function addStatusRoute(app: FastifyInstance, operations: Pick<AdminOperations, 'status'>): void {
  addRoute(app, 'GET', '/status', (_request, reply) => reply.send(operations.status()));
}
