import type { DataType } from './datatypes.js';
import { ValueError } from './value-error.js';

/**
 * The pattern of regions such as `us-east-1`, `us-gov-west-1` and `eusc-de-east-1`. It is not a
 * list, because AWS adds regions. A region becomes part of a host name.
 */
const REGION = /^[a-z]{2,}(?:-[a-z0-9]+)+$/;
const LONGEST_LABEL = 63;

/** A region of AWS. */
export const awsRegion: DataType<string> = {
  description: 'AWS region, as in us-east-1',
  parse(value) {
    if (!REGION.test(value) || !/\d$/.test(value) || value.length > LONGEST_LABEL) {
      throw new ValueError(
        'must be an AWS region such as us-east-1: lower-case letters, digits and hyphens, with a digit at the end',
      );
    }
    return value;
  },
};

/** The region in the ARN of a secret; undefined if `secretId` is not such an ARN. */
export function regionOfSecret(secretId: string): string | undefined {
  return /^arn:[^:]*:secretsmanager:([^:]+):/.exec(secretId)?.[1];
}

/** The name of a service of AWS, as in the endpoints of its API. */
export const awsService: DataType<string> = {
  description: 'AWS service, as in execute-api',
  parse(value) {
    if (!/^[a-z0-9-]+$/.test(value)) {
      throw new ValueError(
        'must be the name of an AWS service such as execute-api: lower-case letters, digits and hyphens',
      );
    }
    return value;
  },
};
