import { wampBytes } from '../../src/wamp/binary-value.js';

/** A service with a procedure for every way to build a request. */
export function dryRunConf(origin: string): string {
  const service = 'rpc_gateway.services.shop';
  const procedures = ['get', 'post', 'put', 'patch', 'delete', 'head'].flatMap((method) => [
    `${service}.procedures.${method}.uri = com.shop.${method}`,
    `${service}.procedures.${method}.realm = com.example.myrealm`,
    `${service}.procedures.${method}.method = ${method}`,
    `${service}.procedures.${method}.path = /items/{{id}}`,
    `${service}.procedures.${method}.query.filter[state] = {{state}}`,
    `${service}.procedures.${method}.headers.X-Mood = mood {{mood}}`,
    `${service}.procedures.${method}.cookies.crumb = {{crumb}}`,
  ]);
  return [
    `${service}.base_url = ${origin}/api?version=1`,
    `${service}.auth.vars.token = open sesame`,
    `${service}.auth.apply.placement = header`,
    `${service}.auth.apply.name = Authorization`,
    `${service}.auth.apply.format = Bearer {{token}}`,
    ...procedures,
    `${service}.procedures.whole.uri = com.shop.whole`,
    `${service}.procedures.whole.realm = com.example.myrealm`,
    `${service}.procedures.whole.method = post`,
    `${service}.procedures.whole.path = /bulk`,
    `${service}.procedures.whole.body = {{items}}`,
    `${service}.procedures.form.uri = com.shop.form`,
    `${service}.procedures.form.realm = com.example.myrealm`,
    `${service}.procedures.form.method = post`,
    `${service}.procedures.form.body_encoding = form`,
    `${service}.procedures.form.query_style = brackets`,
    `${service}.procedures.text.uri = com.shop.text`,
    `${service}.procedures.text.realm = com.example.myrealm`,
    `${service}.procedures.text.method = put`,
    `${service}.procedures.text.body_encoding = text`,
    `${service}.procedures.text.body = {{data}}`,
    `${service}.procedures.raw.uri = com.shop.raw`,
    `${service}.procedures.raw.realm = com.example.myrealm`,
    `${service}.procedures.raw.method = put`,
    `${service}.procedures.raw.body_encoding = raw`,
    `${service}.procedures.raw.body_content_type = image/png`,
    `${service}.procedures.raw.body = {{data}}`,
  ].join('\n');
}

export interface DryRunCase {
  readonly uri: string;
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** Kwargs with quotes, encodings and empty values. */
export const DRY_RUN_CASES: readonly DryRunCase[] = [
  { uri: 'com.shop.get', kwargs: { id: 'INV-001', expand: 'lines' } },
  { uri: 'com.shop.get', kwargs: { id: "it's [1] {2}", list: [1, 'b c', true], empty: '', state: '<&>' } },
  {
    uri: 'com.shop.get',
    kwargs: { id: 'a/b?c#d', _headers: { 'X-Latin': 'caf\u00e9 \'n\' 50% \\ !x "q"', 'X-Empty': '' } },
  },
  {
    uri: 'com.shop.post',
    kwargs: { id: 'é', customer: "O'Neil", text: '$HOME `x` "y" \\ \n 😀', n: 9007199254740993n },
  },
  { uri: 'com.shop.post', kwargs: { id: 1 } },
  { uri: 'com.shop.put', kwargs: { id: 2 } },
  { uri: 'com.shop.put', kwargs: { id: 2, a: { b: [null] } } },
  { uri: 'com.shop.patch', kwargs: { id: 3, mood: 'fine' } },
  {
    uri: 'com.shop.patch',
    kwargs: { id: 3, _headers: { 'content-type': 'application/merge-patch+json' }, a: 1 },
  },
  { uri: 'com.shop.delete', kwargs: { id: 4, force: true } },
  { uri: 'com.shop.head', kwargs: { id: 5, x: 'y' } },
  { uri: 'com.shop.whole', kwargs: { items: ['@file', 1] } },
  { uri: 'com.shop.whole', kwargs: { items: '@text' } },
  { uri: 'com.shop.form', kwargs: { a: "it's & x=y", list: ['1', 'ü'], dict: { b: true } } },
  { uri: 'com.shop.text', kwargs: { data: "a,b\n$HOME 'x' % \\ {{z}}" } },
  { uri: 'com.shop.raw', kwargs: { data: 'plain text' } },
  { uri: 'com.shop.raw', kwargs: { data: wampBytes(Uint8Array.from({ length: 256 }, (_, byte) => byte)) } },
];
