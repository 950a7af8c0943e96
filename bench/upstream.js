/** The API behind the benchmarks: a process of its own that answers every request with one small invoice. */
import { createServer } from 'node:http';

const body = '{"id":"INV-001","amount":1500,"status":"paid"}';
const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
const server = createServer((request, response) => {
  request.resume();
  request.once('end', () => response.writeHead(200, headers).end(body));
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: server.address().port }));
process.once('disconnect', () => process.exit(0));
