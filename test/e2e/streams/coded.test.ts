import { constants, createBrotliCompress, createDeflate, createGzip, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { closeAfterEach } from '../../support/close-after-each.js';
import { callStream } from '../../support/stream-caller.js';
import { openStreamFixture } from '../../support/stream-fixture.js';

const opened = closeAfterEach();
const GET = 'com.billing.get_invoice';
const CODERS = { gzip: createGzip, deflate: createDeflate, br: createBrotliCompress };

describe('a compressed stream', () => {
  it.each(Object.keys(CODERS) as (keyof typeof CODERS)[])(
    'of %s is unpacked as it arrives',
    async (coding) => {
      const { api, session } = opened(await openStreamFixture({ headers: { 'content-encoding': coding } }));
      const call = callStream(session, GET, { id: '1' });
      const response = await api.response(1);
      const coder = CODERS[coding]();
      coder.pipe(response);
      const flush = coding === 'br' ? constants.BROTLI_OPERATION_FLUSH : constants.Z_SYNC_FLUSH;
      for (let count = 1; count <= 3; count++) {
        coder.write(`data: {"n":${count}}\n\n`);
        coder.flush(flush);
        await call.arrived(count);
      }
      coder.end();
      expect(await call.ended).toEqual({ kwargs: { status: 200, body: '', count: 3 } });
    },
  );

  it('may end without its trailer', async () => {
    const { api, session } = opened(await openStreamFixture({ headers: { 'content-encoding': 'gzip' } }));
    const call = callStream(session, GET, { id: '1' });
    (await api.response(1)).end(gzipSync('data: 1\n\n').subarray(0, -8));
    expect(await call.ended).toMatchObject({ kwargs: { count: 1 } });
  });

  it('that is broken ends with bad_answer, and closes its connection', async () => {
    const { api, session } = opened(await openStreamFixture({ headers: { 'content-encoding': 'gzip' } }));
    const call = callStream(session, GET, { id: '1' });
    (await api.response(1)).write('this is not gzip at all');
    expect(await call.ended).toMatchObject({ kwargs: { code: 'bad_answer' } });
    await api.closed(1);
  });

  it('closes its connection when its caller cancels', async () => {
    const { api, caller } = opened(await openStreamFixture({ headers: { 'content-encoding': 'gzip' } }));
    const called = caller.call(GET, { id: '1' }, { options: { receive_progress: true } });
    (await api.response(1)).write(gzipSync('data: 1\n\n'));
    await called;
    caller.cancel('kill');
    await api.closed(1);
  });

  it('that unpacks to one huge event ends with bad_answer', async () => {
    const lines = ['+pool.max_response_size = 1MB'];
    const headers = { 'content-encoding': 'gzip' };
    const { api, session } = opened(await openStreamFixture({ headers }, { lines }));
    const call = callStream(session, GET, { id: '1' });
    (await api.response(1)).end(gzipSync(`data: ${'a'.repeat(200 * 1024 * 1024)}`));
    expect(await call.ended).toMatchObject({ kwargs: { code: 'bad_answer' } });
  });
});
