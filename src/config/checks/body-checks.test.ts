import { describe, expect, it } from 'vitest';
import { billingConf } from '../../../test/support/billing-conf.js';
import type { ConfigError } from '../../errors.js';
import { parseConfig } from '../load-config.js';

function problemsOf(...lines: string[]): string[] {
  const text = billingConf('https://billing.example.com/api', ...lines);
  try {
    parseConfig(text, { env: {} });
    return [];
  } catch (error) {
    return (error as ConfigError).problems.map(({ key, message }) => `${key}: ${message}`);
  }
}

const POST = '+procedures.create_invoice';
const GET = '+procedures.get_invoice';

describe('the keys of a body', () => {
  it.each([
    [[`${POST}.body_encoding = form`]],
    [['+body_encoding = form']],
    [['+request.compress = gzip', `${POST}.request.compress = off`]],
    [['+request.compress = gzip', `${GET}.headers.Content-Encoding = gzip`]],
    [[`${POST}.body_encoding = raw`, `${POST}.body = {{data}}`]],
    [[`${POST}.body_content_type = application/merge-patch+json`]],
    [[`${POST}.body_encoding = text`, `${POST}.body = {{data}}`, `${POST}.headers.Content-Type = text/csv`]],
    [[`${POST}.body_encoding = form`, `${POST}.headers.Content-Type = application/x-www-form-urlencoded`]],
    [[`${POST}.body = {{data}}`, `${POST}.headers.Content-Type = application/xml`]],
  ])('that fit each other are no problem: %j', (lines) => {
    expect(problemsOf(...lines)).toEqual([]);
  });

  it.each([
    [[`${GET}.body_encoding = form`], 'has no effect'],
    [[`${GET}.body_content_type = text/csv`], 'has no effect'],
    [[`${POST}.body_encoding = form`, `${POST}.body = {{data}}`], 'is no form'],
    [[`${POST}.body_encoding = raw`], 'needs body = {{name}}'],
    [['+body_encoding = text'], 'needs body = {{name}}'],
    [[`${POST}.body_content_type = application/xml`], 'must be a type of JSON'],
    [
      [`${POST}.body_encoding = multipart`, `${POST}.body_content_type = multipart/mixed`],
      'must be left out',
    ],
    [[`${POST}.body_encoding = form`, `${POST}.headers.Content-Type = application/json`], 'must be left out'],
    [[`${POST}.headers.Content-Type = application/xml`], 'contradicts body_encoding = json'],
    [[`${POST}.body_content_type = csv`], 'must be a media type'],
    [
      [
        ...[`${POST}.body_encoding = raw`, `${POST}.body = {{data}}`],
        ...[`${POST}.body_content_type = image/png`, `${POST}.headers.content-type = image/gif`],
      ],
      'content-type: contradicts body_content_type, which sets this header',
    ],
    [[`${GET}.request.compress = gzip`], 'has no effect: the request has no body'],
    [[`${POST}.request.compress = gzip`, '+headers.content-encoding = br'], 'which sets this header'],
    [['+request.compress = gzip', `${POST}.headers.Content-Encoding = br`], 'which sets this header'],
  ])('that contradict each other are an error: %j', (lines, message) => {
    const found = problemsOf(...lines);
    expect(found.length).toBeGreaterThan(0);
    for (const problem of found) expect(problem).toContain(message);
  });
});

describe('the keys of a body for an operation of a document', () => {
  const operation = (id: string, type: string) => ({
    operationId: id,
    requestBody: { content: { [type]: { schema: { type: 'string' } } } },
  });
  const paths = {
    '/a': { put: operation('json', 'application/json'), get: operation('read', 'application/json') },
    '/b': { put: operation('bytes', 'application/octet-stream'), post: { operationId: 'none' } },
  };
  const problemsWith = (...lines: string[]): string[] => {
    const document = JSON.stringify({ openapi: '3.1.0', info: { title: 'Files', version: '1' }, paths });
    const service = 'rpc_gateway.services.files.';
    const conf = [
      '+base_url = https://files.example.com',
      '+openapi.file = files.json',
      '+openapi.realm = realm1',
      ...lines,
    ].map((line) => line.replace('+', service));
    try {
      parseConfig(conf.join('\n'), { env: {}, readFile: () => document });
      return [];
    } catch (error) {
      return (error as ConfigError).problems.map(
        ({ key, message }) => `${key.replace(service, '')}: ${message}`,
      );
    }
  };

  it.each([
    '+body_encoding = form',
    '+body_encoding = raw',
    '+procedures.bytes.body_content_type = image/png',
    '+procedures.bytes.headers.Content-Type = image/png',
    '+procedures.json.body_content_type = application/merge-patch+json',
    '+procedures.read.body_content_type = application/merge-patch+json',
    '+procedures.read.request.compress = gzip',
  ])('may vary what the document says: %s', (line) => {
    // An operation without a body in the document has the body of the configuration.
    expect(problemsWith(line, '+procedures.none.body_encoding = json')).toEqual([]);
  });

  it('may not contradict the document', () => {
    expect(problemsWith('+procedures.json.body_encoding = form')).toEqual([
      'procedures.json.body_encoding: has no effect: the document says how the body is written',
    ]);
    expect(problemsWith('+procedures.json.body_content_type = image/png')).toHaveLength(1);
  });
});
