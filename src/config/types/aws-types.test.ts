import { describe, expect, it } from 'vitest';
import { awsRegion, regionOfSecret } from './aws-types.js';
import { ValueError } from './value-error.js';

const CONTEXT = { directory: '/', readFile: () => '' };

describe('an AWS region', () => {
  it.each([
    'us-east-1',
    'us-gov-west-1',
    'cn-north-1',
    'us-isob-east-1',
    'eusc-de-east-1',
    'ap-southeast-12',
  ])('may be %s', (region) => {
    expect(awsRegion.parse(region, CONTEXT)).toBe(region);
  });

  it.each([
    '',
    'us east 1',
    'US-EAST-1',
    'us_east_1',
    'useast1',
    'us-east',
    'us--east-1',
    '-us-east-1',
    'us-east-1.evil.example',
    'evil.com/#',
    'us-east-1:',
    `us-${'x'.repeat(59)}-1`,
  ])('must not be %j', (region) => {
    expect(() => awsRegion.parse(region, CONTEXT)).toThrow(ValueError);
  });
});

describe('the region of a secret', () => {
  it.each([
    ['arn:aws:secretsmanager:us-east-1:123456789:secret:billing-creds', 'us-east-1'],
    ['arn:aws-cn:secretsmanager:cn-north-1:123456789:secret:a', 'cn-north-1'],
    ['billing-creds', undefined],
    ['team/arn:aws:secretsmanager:us-east-1:x', undefined],
    ['arn:aws:ssm:us-east-1:123456789:parameter/a', undefined],
  ])('of %s is %s', (secretId, region) => {
    expect(regionOfSecret(secretId)).toBe(region);
  });
});
