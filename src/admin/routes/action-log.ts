import type { FastifyRequest } from 'fastify';
import type { Logger } from '../../log.js';

/** Writes one record for each action of an operator: what, from where, and how it ended. */
export function logAction(log: Logger, request: FastifyRequest, record: object, outcome: string): void {
  const from = request.socket.remoteAddress;
  log.info({ ...record, ...(from !== undefined && { from }), outcome }, 'an operator acted');
}
