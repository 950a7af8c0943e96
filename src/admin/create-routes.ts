import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type FastifyError, type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import type { Clock } from '../clock.js';
import { parseJson } from '../json.js';
import { errorLocation, type Logger } from '../log.js';
import type { AdminRoute } from './admin-route.js';
import { errorAnswer, SECURITY_HEADERS } from './answer.js';
import type { ConsoleFiles } from './console-files.js';
import { createEventStreams } from './event-streams.js';
import type { AdminOperations } from './operations.js';
import type { RequestLimit } from './request-limit.js';
import { addAddedRoutes } from './routes/added.js';
import { addConsoleRoutes } from './routes/console.js';
import { addEventsRoute } from './routes/events.js';
import { addHealthRoutes } from './routes/health.js';
import { addMetricsRoute } from './routes/metrics.js';
import { addRealmRoutes } from './routes/realms.js';
import { addReloadRoute } from './routes/reload.js';
import { addServiceRoutes } from './routes/service-actions.js';
import { addStatusRoute } from './routes/status.js';
import { addTrafficRoutes } from './routes/traffic.js';
import { addTrialRoutes } from './routes/trials.js';
import type { Access } from './security/judge-request.js';

/** Answers requests that security has already passed. */
export interface Routes {
  answer(request: IncomingMessage, response: ServerResponse, limit: RequestLimit): void;
  /** Ends the responses that would never end by themselves. */
  close(): void;
}

export interface RoutesOptions {
  readonly operations: AdminOperations;
  readonly access: () => Access;
  /** Undefined if they cannot be read. */
  readonly consoleFiles: Promise<ConsoleFiles | undefined>;
  /** The paths of the program that embeds the gateway. */
  readonly added: readonly AdminRoute[];
  readonly log: Logger;
  readonly clock: Clock;
}

/** Maximum bytes of a body. */
const MAX_BODY = 16 * 1024;

/** Maximum characters of a name in a path. The names of realms have no limit of their own. */
const MAX_NAME = 4096;

const NO_LIMIT: RequestLimit = { extend() {} };

/** Creates all routes. fastify gets the requests from the listeners, and opens no port itself. */
export async function createRoutes(options: RoutesOptions): Promise<Routes> {
  const { operations, access, consoleFiles, added, log, clock } = options;
  let answer: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  const limits = new WeakMap<IncomingMessage, RequestLimit>();
  const limitOf = ({ raw }: FastifyRequest): RequestLimit => limits.get(raw) ?? NO_LIMIT;
  const streams = createEventStreams(operations, clock);
  const app = fastify({
    serverFactory(handle) {
      answer = handle;
      return createServer();
    },
    logger: false,
    bodyLimit: MAX_BODY,
    routerOptions: { maxParamLength: MAX_NAME },
  });
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(SECURITY_HEADERS);
  });
  readJsonOnly(app);
  answerErrors(app, log);
  addHealthRoutes(app, operations);
  addMetricsRoute(app, operations);
  addStatusRoute(app, operations);
  addTrafficRoutes(app, operations);
  addServiceRoutes(app, operations, log);
  addRealmRoutes(app, operations, log);
  addReloadRoute(app, operations, log);
  addTrialRoutes(app, { operations, log, limitOf });
  addConsoleRoutes(app, consoleFiles);
  addEventsRoute(app, { streams, access, limitOf });
  addAddedRoutes(app, added, log);
  await app.ready();
  const handle = answer;
  if (handle === undefined) throw new Error('fastify has no handler');
  return {
    answer(request, response, limit) {
      limits.set(request, limit);
      handle(request, response);
    },
    close: streams.close,
  };
}

/** A body is a JSON object, or empty. */
function readJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, text, done) => {
    if (text === '') return done(null, undefined);
    try {
      const value = parseJson(String(text));
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return done(null, value);
    } catch {
      // The answer is the same.
    }
    done(Object.assign(new Error('The body must be a JSON object, or empty.'), { statusCode: 400 }));
  });
}

/** Sentences for the errors of fastify, by status. Its own may quote the request. */
const MESSAGES: Readonly<Record<number, string>> = {
  400: 'The body must be a JSON object, or empty, and as long as its Content-Length.',
  413: 'The body is larger than 16 KB, or 1 MB for /preview and /call.',
  415: 'A body needs the field Content-Type: application/json.',
};

function answerErrors(app: FastifyInstance, log: Logger): void {
  app.setNotFoundHandler((_request, reply) =>
    reply.code(404).send(errorAnswer('not_found', 'There is nothing at this path.')),
  );
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const status = error.statusCode ?? 500;
    const message = MESSAGES[status];
    // The rest of the body is not read, so the connection cannot be used again.
    if (message !== undefined) {
      return reply.code(status).header('connection', 'close').send(errorAnswer('bad_request', message));
    }
    log.error(errorLocation(error), 'an admin request failed: this is a bug in the gateway');
    return reply.code(500).send(errorAnswer('internal', 'The gateway has a bug. The log has more.'));
  });
}
