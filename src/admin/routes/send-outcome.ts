import type { FastifyReply } from 'fastify';
import type { ActionOutcome } from '../../status/actions.js';
import { errorAnswer } from '../answer.js';

/** Answers how an action of an operator ended. */
export function sendOutcome(reply: FastifyReply, outcome: ActionOutcome): FastifyReply {
  return outcome.kind === 'done'
    ? reply.send({ outcome: 'done', detail: outcome.detail })
    : reply.code(STATUS[outcome.kind]).send(errorAnswer(outcome.kind, outcome.reason));
}

const STATUS: Readonly<Record<Exclude<ActionOutcome['kind'], 'done'>, number>> = {
  unknown: 404,
  impossible: 409,
  failed: 422,
};
