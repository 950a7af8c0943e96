import type { DataType } from './datatypes.js';
import { ValueError } from './value-error.js';

/** `us-east-1`, `us-gov-west-1`, `eusc-de-east-1`: the shape, not a list, for AWS adds regions. It becomes part of a host name. */
const REGION = /^[a-z]{2,}(?:-[a-z0-9]+)+$/;
const LONGEST_LABEL = 63;

/** A region of AWS. */
export const awsRegion: DataType<string> = {
  description: 'AWS region, as in us-east-1',
  parse(value) {
    if (!REGION.test(value) || !/\d$/.test(value) || value.length > LONGEST_LABEL) {
      throw new ValueError(
        'must be an AWS region such as us-east-1: small letters, digits and hyphens, a digit at the end',
      );
    }
    return value;
  },
};

/** The region in the ARN of a secret; undefined where `secretId` is a plain name, or the ARN of something else. */
export function regionOfSecret(secretId: string): string | undefined {
  return /^arn:[^:]*:secretsmanager:([^:]+):/.exec(secretId)?.[1];
}
