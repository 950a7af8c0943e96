import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from '../../log.js';
import type { ReloadOutcome } from '../../status/actions.js';
import { errorAnswer } from '../answer.js';
import type { AdminOperations } from '../operations.js';
import { logAction } from './action-log.js';
import { unknownIn } from './parameters.js';
import { addRoute } from './route.js';

/** `POST /reload`, with `?dry_run=true` or the body `{"dry_run": true}` to change nothing. */
export function addReloadRoute(
  app: FastifyInstance,
  operations: Pick<AdminOperations, 'reload'>,
  log: Logger,
): void {
  addRoute(app, 'POST', '/reload', async (request, reply) => {
    const unknown = unknownIn(request, ['dry_run']);
    if (unknown !== undefined) return reply.code(400).send(errorAnswer('bad_request', unknown));
    const dryRun = dryRunOf(request);
    if (dryRun === undefined)
      return reply.code(400).send(errorAnswer('bad_request', 'dry_run must be true or false.'));
    const outcome = await operations.reload({ dryRun });
    logAction(log, request, { action: 'reload', dry_run: dryRun }, outcome.kind);
    const { status, body } = answerTo(outcome, dryRun);
    return reply.code(status).send(body);
  });
}

function dryRunOf({ query, body }: FastifyRequest): boolean | undefined {
  const given = [
    (query as { readonly dry_run?: unknown }).dry_run,
    (body as { readonly dry_run?: unknown } | undefined)?.dry_run,
  ].filter((value) => value !== undefined);
  if (given.length === 0) return false;
  const [value] = given.length === 1 ? given : [];
  if (value === true || value === 'true') return true;
  return value === false || value === 'false' ? false : undefined;
}

function answerTo(
  outcome: ReloadOutcome,
  dryRun: boolean,
): { readonly status: number; readonly body: object } {
  switch (outcome.kind) {
    case 'done':
      return {
        status: 200,
        body: {
          outcome: 'done',
          dry_run: dryRun,
          changes: outcome.changes,
          notices: outcome.notices,
          keys: outcome.keys,
        },
      };
    case 'refused':
      return {
        status: 422,
        body: {
          ...errorAnswer('refused', 'The configuration has mistakes. Nothing has changed.'),
          problems: outcome.problems,
        },
      };
    case 'failed':
      return { status: 422, body: errorAnswer('failed', outcome.reason) };
    case 'impossible':
      return { status: 409, body: errorAnswer('impossible', outcome.reason) };
  }
}
