import type { FastifyInstance } from 'fastify';
import type { AdminOperations } from '../operations.js';
import { addRoute } from './route.js';

/** The text format of Prometheus. */
const TEXT_FORMAT = 'text/plain; version=0.0.4; charset=utf-8';

export function addMetricsRoute(app: FastifyInstance, operations: Pick<AdminOperations, 'metrics'>): void {
  addRoute(app, 'GET', '/metrics', async (_request, reply) => {
    const text = await operations.metrics();
    return reply.type(TEXT_FORMAT).send(text);
  });
}
