/** The API of the benchmarks if nginx is not installed. It runs in its own process. */
import { createServer } from 'node:http';
import { invoices, SIZES } from './bodies.js';
import { slug, TOKEN } from './upstream.js';

const json = (body) => [{ 'content-type': 'application/json', 'content-length': body.length }, body];
const answers = new Map(
  Object.entries(SIZES).map(([size, bytes]) => [
    slug(size),
    json(Buffer.from(JSON.stringify(invoices(bytes)))),
  ]),
);
const token = json(
  Buffer.from(JSON.stringify({ access_token: TOKEN, token_type: 'Bearer', expires_in: 3600 })),
);

const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => {
    if (request.url === '/token') return response.writeHead(200, token[0]).end(token[1]);
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return response.writeHead(401).end();
    const answer = answers.get(request.url.split('/')[2]);
    if (answer === undefined) return response.writeHead(404).end();
    response.writeHead(200, answer[0]).end(answer[1]);
  });
});
server.keepAliveTimeout = 3_600_000;
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
process.once('disconnect', () => process.exit(0));
