import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { errorAnswer } from '../answer.js';
import type { ConsoleFile, ConsoleFiles } from '../console-files.js';
import { addRoute } from './route.js';

const NO_CONSOLE =
  'The files of the console cannot be read. GET /status has the same facts. In a checkout of the sources, run: npm run build\n';

/** They tell a browser nothing about a module or a style. With forty modules they would take 5 KB. */
const ONLY_FOR_DOCUMENTS = ['content-security-policy', 'x-frame-options', 'referrer-policy'] as const;

/** `GET /`, the console, and the files that it loads. */
export function addConsoleRoutes(app: FastifyInstance, reading: Promise<ConsoleFiles | undefined>): void {
  addRoute(app, 'GET', '/', async (request, reply) => {
    const files = await reading;
    return files === undefined
      ? reply.code(404).type('text/plain; charset=utf-8').send(NO_CONSOLE)
      : sendFile(request, reply.header('content-security-policy', files.policy), files.page);
  });
  addRoute(app, 'GET', '/console/*', async (request, reply) => {
    const files = await reading;
    const [path = ''] = request.url.split('?', 1);
    const file = files?.parts.get(path);
    if (file === undefined)
      return reply.code(404).send(errorAnswer('not_found', 'There is nothing at this path.'));
    for (const name of ONLY_FOR_DOCUMENTS) reply.removeHeader(name);
    return sendFile(request, reply, file);
  });
}

function sendFile(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  { type, bytes, gzipped, tag }: ConsoleFile,
): FastifyReply {
  const isGzipped = acceptsGzip(headers['accept-encoding']);
  // The two forms of a file are two representations, so their tags differ (RFC 9110 section 8.8.3.3).
  const ownTag = isGzipped ? `"${tag}-gzip"` : `"${tag}"`;
  reply.headers({
    'cache-control': 'private, no-cache',
    etag: ownTag,
    vary: 'accept-encoding',
  });
  if (namesTag(headers['if-none-match'], ownTag)) return reply.code(304).send();
  if (isGzipped) reply.header('content-encoding', 'gzip');
  return reply.type(type).send(isGzipped ? gzipped : bytes);
}

/** RFC 9110 section 12.5.3. A weight of 0 refuses the coding. */
function acceptsGzip(field: string | string[] | undefined): boolean {
  return String(field ?? '')
    .toLowerCase()
    .split(',', 20)
    .some((item) => /^\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$)[\d.]+\s*)?$/.test(item));
}

/** RFC 9110 section 13.1.2: compared without regard to W/. */
function namesTag(field: string | undefined, tag: string): boolean {
  if (field === undefined) return false;
  return field.split(',', 20).some((item) => ['*', tag].includes(item.trim().replace(/^W\//, '')));
}
