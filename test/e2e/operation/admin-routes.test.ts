import { describe, expect, it } from 'vitest';
import { closeAfterEach } from '../../support/close-after-each.js';
import { openConsole } from '../../support/console-fixture.js';

const closing = closeAfterEach();

const TOKEN = 'a-long-and-secret-token';
const headers = { authorization: `Bearer ${TOKEN}` };

async function open() {
  let depth = 3;
  return closing(
    await openConsole([`admin.token = ${TOKEN}`], {
      gateway: {
        adminRoutes: [
          { method: 'GET', path: '/shop/queue', answer: () => ({ status: 200, body: { depth } }) },
          {
            method: 'POST',
            path: '/shop/queue/clear',
            async answer() {
              depth = 0;
              return { status: 200, body: { depth } };
            },
          },
          {
            method: 'POST',
            path: '/shop/broken',
            answer: () => Promise.reject(new Error('s3cret')),
          },
        ],
      },
    }),
  );
}

describe('the paths that a program adds to its admin listeners', () => {
  it('answer as the program says', async () => {
    const { get, post, log } = await open();
    expect((await get('/shop/queue', { headers })).json).toEqual({ depth: 3 });
    expect((await post('/shop/queue/clear', undefined, { headers })).json).toEqual({ depth: 0 });
    expect((await get('/shop/queue', { headers })).json).toEqual({ depth: 0 });
    expect(log.records()).toContainEqual(
      expect.objectContaining({ msg: 'an operator acted', action: '/shop/queue/clear', outcome: 'done' }),
    );
  });

  it('are as safe as the others', async () => {
    const { get, post } = await open();
    expect((await get('/shop/queue')).status).toBe(401);
    expect((await post('/shop/queue/clear')).status).toBe(401);
    const foreign = { ...headers, origin: 'https://shop.example.com' };
    expect((await post('/shop/queue/clear', undefined, { headers: foreign })).status).toBe(403);
    expect((await get('/shop/queue?a=1', { headers })).status).toBe(400);
    expect((await get('/shop/queue/clear', { headers })).status).toBe(405);
    expect((await get('/shop/queue', { headers })).json).toEqual({ depth: 3 });
  });

  it('may fail', async () => {
    const { post, get } = await open();
    const { status, text } = await post('/shop/broken', undefined, { headers });
    expect(status).toBe(500);
    expect(text).not.toContain('s3cret');
    expect((await get('/shop/queue', { headers })).status).toBe(200);
  });

  it('do not exist without such a program', async () => {
    const { get, post } = closing(await openConsole());
    expect((await get('/demo/api')).status).toBe(404);
    expect((await post('/demo/api/stop')).status).toBe(404);
  });
});
