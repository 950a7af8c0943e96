import { oneOf } from '../types/datatypes.js';

/** The types of keys that describe bodies and queries. A procedure takes those of its service. */

export const bodyEncoding = oneOf('json', 'form', 'multipart', 'text', 'raw');
export const requestCompress = oneOf('off', 'gzip');
export const queryStyle = oneOf('repeat', 'brackets', 'indices', 'comma');
