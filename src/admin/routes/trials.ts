import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../../log.js';
import type { ProcedurePlace } from '../../status/trial.js';
import { errorAnswer } from '../answer.js';
import type { TrialStart } from '../console-operations.js';
import type { AdminOperations } from '../operations.js';
import type { RequestLimit } from '../request-limit.js';
import { logAction } from './action-log.js';
import { unknownIn } from './parameters.js';
import { addRoute } from './route.js';

export interface TrialRoutesOptions {
  readonly operations: Pick<AdminOperations, 'trialForm' | 'previewTrial' | 'callTrial'>;
  readonly log: Logger;
  readonly limitOf: (request: FastifyRequest) => RequestLimit;
}

/** Maximum bytes of the kwargs. */
const MAX_KWARGS = 1024 * 1024;
/** Milliseconds to read a result. It adds to the deadline of the call. */
const READ_MS = 60_000;
/** Timers cannot be longer. */
const LONGEST_MS = 2 ** 31 - 1;

/** `GET /procedure`, `POST /preview` and `POST /call`: what an operator needs to try a procedure. */
export function addTrialRoutes(app: FastifyInstance, { operations, log, limitOf }: TrialRoutesOptions): void {
  addRoute(app, 'GET', '/procedure', (request, reply) => {
    const read = readPlace(request, request.query as Given, ['realm', 'uri']);
    if (read.kind === 'mistake') return refuse(reply, 400, 'bad_request', read.message);
    const form = operations.trialForm(read);
    return form === undefined ? refuseUnknown(reply) : reply.send(form);
  });

  const options = { bodyLimit: MAX_KWARGS };
  const post = (path: string, handler: TrialHandler) =>
    addRoute(
      app,
      'POST',
      path,
      (request, reply) => {
        const body = (request.body ?? {}) as Given & { readonly kwargs?: unknown };
        const read = readPlace(request, body, ['realm', 'uri', 'kwargs']);
        if (read.kind === 'mistake') return refuse(reply, 400, 'bad_request', read.message);
        const { kwargs = {} } = body;
        return isDictionary(kwargs)
          ? handler(read, kwargs, request, reply)
          : refuse(reply, 400, 'bad_request', 'kwargs must be a JSON object.');
      },
      options,
    );

  post('/preview', (place, kwargs, _request, reply) => {
    const preview = operations.previewTrial(place, kwargs);
    return preview === undefined ? refuseUnknown(reply) : reply.send(preview);
  });

  post('/call', async (place, kwargs, request, reply) => {
    const started = operations.callTrial(place, kwargs);
    if (started.kind !== 'running') return refuseStart(reply, started.kind);
    const { deadlineMs, ended, cancel } = started;
    limitOf(request).extend(Math.min(deadlineMs + READ_MS, LONGEST_MS));
    // Nobody waits for the result any more. After the end of the call, this does nothing.
    reply.raw.once('close', cancel);
    const { outcome, json } = await ended;
    logAction(log, request, { action: 'call', realm: place.realm, procedure: place.uri }, outcome);
    return reply.type('application/json; charset=utf-8').send(json);
  });
}

/** What a request says, before it is checked. */
interface Given {
  readonly realm?: unknown;
  readonly uri?: unknown;
}

type TrialHandler = (
  place: ProcedurePlace,
  kwargs: Readonly<Record<string, unknown>>,
  request: FastifyRequest,
  reply: FastifyReply,
) => unknown;

function readPlace(
  request: FastifyRequest,
  { realm, uri }: Given,
  known: readonly string[],
): (ProcedurePlace & { readonly kind: 'place' }) | { readonly kind: 'mistake'; readonly message: string } {
  const unknown = unknownIn(request, known);
  if (unknown !== undefined) return { kind: 'mistake', message: unknown };
  return typeof realm === 'string' && typeof uri === 'string'
    ? { kind: 'place', realm, uri }
    : { kind: 'mistake', message: 'The parameters realm and uri are needed, each once, as text.' };
}

function isDictionary(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuse(reply: FastifyReply, status: number, error: string, message: string): FastifyReply {
  return reply.code(status).send(errorAnswer(error, message));
}

const refuseUnknown = (reply: FastifyReply) =>
  refuse(reply, 404, 'unknown', 'There is no procedure with this URI in this realm.');

function refuseStart(reply: FastifyReply, kind: Exclude<TrialStart['kind'], 'running'>): FastifyReply {
  switch (kind) {
    case 'unknown':
      return refuseUnknown(reply);
    case 'off':
      return refuse(reply, 403, 'off', 'Calls by operators are off. admin.console_calls = on allows them.');
    case 'busy':
      return refuse(reply, 503, 'busy', 'Too many calls by operators are running. Try again later.');
  }
}
