import type { FastifyInstance, FastifyRequest } from 'fastify';
import { errorAnswer } from '../answer.js';
import { type EventStreams, MAX_STREAMS } from '../event-streams.js';
import type { RequestLimit } from '../request-limit.js';
import type { Access } from '../security/judge-request.js';
import { unknownIn } from './parameters.js';
import { addRoute } from './route.js';

export interface EventsRouteOptions {
  readonly streams: EventStreams;
  readonly access: () => Access;
  readonly limitOf: (request: FastifyRequest) => RequestLimit;
}

/** `GET /events`, with `?calls=true` also the calls that end. docs/reference/status.schema.json */
export function addEventsRoute(app: FastifyInstance, { streams, access, limitOf }: EventsRouteOptions): void {
  addRoute(app, 'GET', '/events', (request, reply) => {
    const refuse = (message: string) => reply.code(400).send(errorAnswer('bad_request', message));
    const unknown = unknownIn(request, ['calls']);
    if (unknown !== undefined) return refuse(unknown);
    const { calls = 'false' } = request.query as { readonly calls?: unknown };
    if (calls !== 'true' && calls !== 'false') return refuse('calls must be true or false.');
    if (request.method === 'HEAD') return reply.type('text/event-stream; charset=utf-8').send();
    const { token } = access();
    const isOpen = streams.open(reply.raw, {
      withCalls: calls === 'true',
      isAllowed: () => isSame(access().token, token),
    });
    if (!isOpen) {
      const message = `There are ${MAX_STREAMS} streams of events already. Close a page of the console.`;
      return reply.code(503).send(errorAnswer('too_many', message));
    }
    limitOf(request).extend(Number.POSITIVE_INFINITY);
    reply.hijack();
    return reply;
  });
}

function isSame(one: Access['token'], other: Access['token']): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other);
}
