import type { FastifyInstance } from 'fastify';
import { errorAnswer } from '../answer.js';
import type { AdminOperations } from '../operations.js';
import { unknownIn } from './parameters.js';
import { addRoute } from './route.js';

/** `GET /services/NAME`, `GET /traffic` and `GET /history`: how services do, and did in the last minutes. */
export function addTrafficRoutes(
  app: FastifyInstance,
  operations: Pick<AdminOperations, 'serviceDetail' | 'traffic' | 'history'>,
): void {
  addRoute(app, 'GET', '/services/:service', (request, reply) => {
    const unknown = unknownIn(request, []);
    if (unknown !== undefined) return reply.code(400).send(errorAnswer('bad_request', unknown));
    const { service } = request.params as { readonly service: string };
    const detail = operations.serviceDetail(service);
    return detail === undefined
      ? reply.code(404).send(errorAnswer('unknown', 'There is no service with this name.'))
      : reply.send(detail);
  });
  addRoute(app, 'GET', '/traffic', (_request, reply) => reply.send(operations.traffic()));
  addRoute(app, 'GET', '/history', (_request, reply) => reply.send(operations.history()));
}
