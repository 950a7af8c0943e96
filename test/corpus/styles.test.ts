import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load-config.js';
import { api } from '../support/operations.js';
import { createTemporaryFolder, type TemporaryFolder } from '../support/temporary-folder.js';
import { CORPUS_REALM, type RecordedCall, recordRequests } from './record-requests.js';
import { tampered } from './tampered.js';
import { isSent, isValidatorInstalled, type SentCall, validate } from './validator.js';

/** The table of OpenAPI 3.1.1 section 4.8.12.4, and the encoding object. This needs no corpus. */

const text = { type: 'string' };
const TYPES = {
  primitive: text,
  number: { type: 'number', minimum: 1.5 },
  array: { type: 'array', items: text, minItems: 2 },
  object: {
    type: 'object',
    required: ['R', 'G', 'B'],
    properties: { R: { type: 'integer' }, G: { type: 'boolean' }, B: text },
  },
} as const;
type TypeName = keyof typeof TYPES;

const SCALARS: readonly TypeName[] = ['primitive', 'number'];
const ALL: readonly TypeName[] = [...SCALARS, 'array', 'object'];
const NESTED: readonly TypeName[] = ['array', 'object'];

/** The cells of the table that are defined. */
const PARAMETERS: readonly [place: string, style: string, explode: boolean, types: readonly TypeName[]][] = [
  ...['simple', 'label', 'matrix'].flatMap((style) =>
    [false, true].map((explode): (typeof PARAMETERS)[number] => ['path', style, explode, ALL]),
  ),
  ['query', 'form', false, ALL],
  ['query', 'form', true, ALL],
  ['query', 'spaceDelimited', false, NESTED],
  ['query', 'pipeDelimited', false, NESTED],
  // OpenAPI defines only objects. Lists are written as Stripe reads them.
  ['query', 'deepObject', true, NESTED],
  ['header', 'simple', false, ALL],
  ['header', 'simple', true, ALL],
  ['cookie', 'form', false, ALL],
  ['cookie', 'form', true, ALL],
];

function withParameter(name: string, parameter: Readonly<Record<string, unknown>>): [string, unknown] {
  const isInPath = parameter['in'] === 'path';
  const path = `/${name}${isInPath ? '/{color}' : ''}`;
  return [path, { get: { parameters: [{ name: 'color', required: true, ...parameter }], responses: {} } }];
}

function withForm(
  mediaType: string,
  style: string,
  explode: boolean,
  types: readonly TypeName[],
): [string, unknown] {
  const properties = Object.fromEntries(types.map((type) => [type, TYPES[type]]));
  const schema = { type: 'object', properties, required: types };
  const encoding = Object.fromEntries(types.map((type) => [type, { style, explode }]));
  const requestBody = { required: true, content: { [mediaType]: { schema, encoding } } };
  return [`/${mediaType.replace('/', '-')}/${style}/${explode}`, { post: { requestBody, responses: {} } }];
}

const DOCUMENT = api(
  Object.fromEntries([
    ...PARAMETERS.flatMap(([place, style, explode, types]) =>
      types.map((type) =>
        withParameter(`${place}/${style}/${explode}/${type}`, {
          in: place,
          style,
          explode,
          schema: TYPES[type],
        }),
      ),
    ),
    ...[true, false].map((explode) =>
      withParameter(`reserved/${explode}`, { in: 'query', explode, allowReserved: true, schema: text }),
    ),
    ...['path', 'query', 'header', 'cookie'].map((place) =>
      withParameter(`content/${place}`, {
        in: place,
        content: { 'application/json': { schema: TYPES.object } },
      }),
    ),
    ...['application/x-www-form-urlencoded', 'multipart/form-data'].flatMap((mediaType) => [
      withForm(mediaType, 'form', false, ALL),
      withForm(mediaType, 'form', true, ALL),
      withForm(mediaType, 'spaceDelimited', false, NESTED),
      withForm(mediaType, 'pipeDelimited', false, NESTED),
      withForm(mediaType, 'deepObject', true, NESTED),
    ]),
  ]),
);

describe.skipIf(!isValidatorInstalled())('each style of OpenAPI', () => {
  let folder: TemporaryFolder;
  let file: string;
  let calls: readonly RecordedCall[];
  beforeAll(async () => {
    folder = createTemporaryFolder();
    file = folder.write('styles.json', JSON.stringify(DOCUMENT));
    const recorded = await recordRequests((url) => {
      const lines = [`base_url = ${url}`, 'openapi.file = styles.json', `openapi.realm = ${CORPUS_REALM}`];
      const conf = lines.map((line) => `rpc_gateway.services.api.${line}\n`).join('');
      return loadConfig(folder.write('bondy.conf', `${conf}listeners.test.port = 0\n`), { env: {} });
    });
    calls = recorded.calls;
  });
  afterAll(() => folder.remove());

  it('is read by another library as the values of the call', async () => {
    expect(calls).toHaveLength(2 * Object.keys(DOCUMENT['paths'] as object).length);
    const sent = calls.filter(isSent);
    expect(calls.filter((call) => !isSent(call))).toEqual([]);
    const problems = await validate(file, sent);
    expect(sent.map(({ path }, index) => [path, problems[index]])).toEqual(
      sent.map(({ path }) => [path, []]),
    );
  });

  it('is read as other values if the request is another', async () => {
    const changed = calls.filter(isSent).flatMap((call) => tampered(call) ?? []);
    const found = await validate(file, changed);
    const places = new Set(changed.map(({ path }: SentCall) => path.split('/')[1]));
    expect([...places].sort()).toEqual([
      'application-x-www-form-urlencoded',
      'content',
      'cookie',
      'header',
      'multipart-form-data',
      'path',
      'query',
      'reserved',
    ]);
    expect(changed.filter((_, index) => found[index]?.length === 0)).toEqual([]);
  });
});
