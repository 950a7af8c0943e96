import type { DataType } from './datatypes.js';
import { ValueError } from './value-error.js';

/** A token that fits into a header field (RFC 9110 section 11.2) and into the password of Basic. */
export const adminToken: DataType<string> = {
  description: 'text of visible ASCII characters, without spaces',
  parse(value) {
    if (value === '') throw new ValueError('the value is empty');
    if (!/^[\x21-\x7e]+$/.test(value)) {
      throw new ValueError('must consist of visible ASCII characters, without spaces');
    }
    return value;
  },
};

const HOST = /^(?:\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?)(?::[1-9]\d{0,4})?$/;
const RULE =
  'must be a list of host names such as gateway.example.com or gateway.example.com:8443, or of origins such as https://gateway.example.com';

/** A host name, with or without a port, or an http or https origin. In lower case. */
export const adminHost: DataType<string> = {
  description: 'host name, host:port, or origin such as https://gateway.example.com',
  parse(text) {
    const value = text.toLowerCase();
    const [, scheme = '', host = ''] = /^(https?:\/\/)?(.*)$/.exec(value) ?? [];
    if (!HOST.test(host) || !URL.canParse(`http://${host}`)) throw new ValueError(RULE);
    // The default port is not part of an origin (RFC 6454 section 6.1).
    return scheme === '' ? host : new URL(value).origin;
  },
};
