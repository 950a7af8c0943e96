import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../clock.js';
import type { Logger } from '../log.js';
import { createSummedLog, LINES_OF_STRANGERS } from '../summed-log.js';
import type { AdminRoute } from './admin-route.js';
import { sendRefusal } from './answer.js';
import { readConsoleFiles } from './console-files.js';
import { createRoutes } from './create-routes.js';
import type { AdminOperations } from './operations.js';
import type { RequestLimit } from './request-limit.js';
import { type Access, judgeRequest } from './security/judge-request.js';

export interface AdminHandlerOptions {
  readonly operations: AdminOperations;
  /** Asked for each request, because a reload can change it. */
  readonly access: () => Access;
  /** The paths of the program that embeds the gateway. Default: none. */
  readonly added?: readonly AdminRoute[];
  readonly log: Logger;
  readonly clock: Clock;
}

/** Answers the HTTP requests of operators. All admin listeners share one. */
export interface AdminHandler {
  handle(request: IncomingMessage, response: ServerResponse, limit: RequestLimit): void;
  /** Ends the streams of events. Called before the listeners close, which wait for responses. */
  endStreams(): void;
  /** Writes the log lines that are still held back. */
  close(): void;
}

/** The maximum number of requests that wait for earlier ones on the same connection. */
const MAX_WAITING = 8;

export async function createAdminHandler(options: AdminHandlerOptions): Promise<AdminHandler> {
  const { operations, access, added = [], log, clock } = options;
  const routes = await createRoutes({
    operations,
    access,
    consoleFiles: readConsoleFiles().catch(noConsole),
    added,
    log,
    clock,
  });

  function noConsole(error: NodeJS.ErrnoException): undefined {
    log.warn({ error: error.code ?? error.name }, 'there is no console: its files cannot be read');
  }

  // Anyone who can connect can cause these lines.
  const refusals = createSummedLog({ log, clock, ...LINES_OF_STRANGERS });
  const waiting = new WeakMap<Socket, (() => void)[]>();

  function answer(request: IncomingMessage, response: ServerResponse, limit: RequestLimit): void {
    const judged = judgeRequest(request, access());
    if (judged.kind === 'head') {
      routes.answer(request, response, limit);
      return;
    }
    const from = request.socket.remoteAddress;
    refusals.warn(
      { reason: judged.code, ...(from !== undefined && { from }) },
      'an admin request was refused',
    );
    sendRefusal(response, judged);
  }

  /**
   * Answers one request of a connection at a time. A client may send thousands of requests in one
   * packet, and each may take some milliseconds.
   */
  function answerInTurn(request: IncomingMessage, response: ServerResponse, limit: RequestLimit): void {
    const { socket } = request;
    if (socket.destroyed) return;
    const queue = waiting.get(socket);
    if (queue !== undefined) {
      if (queue.length < MAX_WAITING) queue.push(() => answerNext(request, response, limit));
      else socket.destroy();
      return;
    }
    waiting.set(socket, []);
    answerNext(request, response, limit);
  }

  function answerNext(request: IncomingMessage, response: ServerResponse, limit: RequestLimit): void {
    const { socket } = request;
    response.once('close', () => {
      const next = waiting.get(socket)?.shift();
      if (next === undefined || socket.destroyed) waiting.delete(socket);
      else next();
    });
    answer(request, response, limit);
  }

  return { handle: answerInTurn, endStreams: routes.close, close: () => refusals.flush() };
}
