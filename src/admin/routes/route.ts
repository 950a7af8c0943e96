import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorAnswer } from '../answer.js';

type Handler = (request: FastifyRequest, reply: FastifyReply) => unknown;

/**
 * Adds a route. Other methods of its path get 405. HEAD works wherever GET does.
 *
 * @param options.bodyLimit maximum bytes of a body. Default: 16 KB
 */
export function addRoute(
  app: FastifyInstance,
  method: 'GET' | 'POST',
  path: string,
  handler: Handler,
  options: { readonly bodyLimit?: number } = {},
): void {
  app.route({ method, url: path, handler, ...options });
  const other = method === 'GET' ? 'POST' : 'GET';
  const allow = method === 'GET' ? 'GET, HEAD' : 'POST';
  app.route({
    method: other,
    url: path,
    exposeHeadRoute: other === 'GET',
    handler: (_request, reply) =>
      reply
        .code(405)
        .header('allow', allow)
        .send(errorAnswer('method', `This path allows only ${allow}.`)),
  });
}
