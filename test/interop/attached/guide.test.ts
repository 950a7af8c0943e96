import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGateway, loadConfig } from '../../../src/index.js';
import { type AutobahnResult, connectAutobahn } from '../../support/autobahn.js';
import { closeAfterEach } from '../../support/close-after-each.js';
import { GUIDE, GUIDE_FURTHER, GUIDE_PAIRS, pointedAt } from '../../support/guide.js';
import { acceptingOnly, type Idp, startIdp, tokenOf } from '../../support/idp.js';
import { keyObject } from '../../support/logins.js';
import { type RecordingUpstream, startRecordingUpstream } from '../../support/recording-upstream.js';
import { createTemporaryFolder } from '../../support/temporary-folder.js';
import { connectWampy } from '../../support/wampy.js';
import { REALM, USER } from './plan.js';
import { type ForeignRouter, ROUTER_PROGRAMS, startRouter, TRANSPORTS } from './routers.js';

const SESSION = 'router.sessions.main';
const LOGINS = {
  anonymous: '',
  ticket: `
${SESSION}.authmethod = ticket
${SESSION}.authid = ${USER.authid}
${SESSION}.ticket = ${USER.password}`,
  wampcra: `
${SESSION}.authmethod = wampcra
${SESSION}.authid = ${USER.authid}
${SESSION}.secret = ${USER.password}`,
  'cryptosign by seed': `
${SESSION}.authmethod = cryptosign
${SESSION}.authid = ${USER.authid}
${SESSION}.private_key = ${USER.privateKey}`,
  'cryptosign by PEM file': `
${SESSION}.authmethod = cryptosign
${SESSION}.authid = ${USER.authid}
${SESSION}.private_key_file = keys/gateway.pem`,
} as const;
const PEM = keyObject(USER.privateKey).export({ format: 'pem', type: 'pkcs8' });

const SERIALIZERS = ['json', 'msgpack', 'cbor'] as const;
const CASES = TRANSPORTS.flatMap((transport) =>
  SERIALIZERS.flatMap((serializer) =>
    Object.entries(LOGINS).map(([login, lines]) => ({ transport, serializer, login, lines })),
  ),
);

const parsed = (text: string): unknown => (text === '' ? undefined : JSON.parse(text));

interface Caller {
  call(procedure: string, kwargs: object): Promise<{ args: unknown; kwargs: unknown }>;
  close(): Promise<unknown>;
}

/** They take turns, so that each meets every login. */
const CALLERS: readonly ((url: string) => Promise<Caller>)[] = [
  async (url) => {
    const { session, close } = await connectAutobahn(url, REALM);
    return {
      call: async (procedure, kwargs) => (await session.call(procedure, [], { ...kwargs })) as AutobahnResult,
      close,
    };
  },
  async (url) => {
    const { client } = await connectWampy(url, REALM);
    return {
      async call(procedure, kwargs) {
        const { argsList, argsDict } = await client.call(procedure, { argsDict: kwargs });
        return { args: argsList ?? [], kwargs: argsDict };
      },
      close: () => client.disconnect(),
    };
  },
];

describe.each(ROUTER_PROGRAMS)('the guide through $name', (program) => {
  const closeLater = closeAfterEach();
  const folder = createTemporaryFolder();
  const callers: Caller[] = [];
  let router: ForeignRouter;
  let upstream: RecordingUpstream;
  let idp: Idp;
  beforeAll(async () => {
    if (!program.isInstalled) return;
    folder.write('keys/gateway.pem', String(PEM));
    router = await startRouter(program);
    upstream = await startRecordingUpstream();
    idp = await startIdp();
    for (const connect of CALLERS) callers.push(await connect(router.url));
  });
  afterAll(async () => {
    for (const caller of callers) await caller.close();
    await idp?.close();
    await upstream?.close();
    await router?.close();
    folder.remove();
  });

  it.skipIf(!program.isInstalled).each(CASES)(
    'runs over $transport in $serializer, logged in by $login',
    async ({ transport, serializer, lines }) => {
      const file = folder.write(
        'bondy.conf',
        `${pointedAt(GUIDE, upstream.url).replace('https://idp.example.com', idp.origin)}
${GUIDE_FURTHER}
router.url = ${router.urls[transport]}
router.serializer = ${serializer}
${lines === '' ? '' : `${SESSION}.realm = ${REALM}${lines}`}`,
      );
      const gateway = createGateway(loadConfig(file, { env: {} }));
      closeLater(() => gateway.stop());
      await gateway.start();

      const issued = idp.requests.length;
      for (const [at, { procedure, kwargs, request, body, result }] of GUIDE_PAIRS.entries()) {
        upstream.clear();
        const answer = acceptingOnly(new Set([`token-${issued + 1}`]), () =>
          result.body === '' ? { status: 204 } : { status: result.status, json: result.body },
        );
        upstream.respondWith(answer);
        const caller = callers[at % callers.length]!;
        expect(await caller.call(procedure, kwargs)).toMatchObject({ args: [], kwargs: result });
        const [seen] = upstream.requests;
        expect(`${seen!.method} ${seen!.url}`).toBe(request);
        // nexus keeps dictionaries in maps of Go, which have no order.
        expect(parsed(seen!.text)).toEqual(parsed(body));
        expect(tokenOf(seen!)).toBe(`token-${issued + 1}`);
      }
    },
  );
});
