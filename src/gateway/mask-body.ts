import { isUtf8 } from 'node:buffer';
import { MASK } from '../auth/fill-vars.js';
import type { ProcedureSettings } from '../config/model.js';
import { isSecretName, maskQuery } from '../config/secret-names.js';
import { maskJson } from './mask-json.js';

/**
 * Masks the fields of a body whose names suggest a credential. Changes nothing else. Bytes that are
 * no text stay bytes.
 *
 * @param isHarmless tells which values of a form are shown in any case
 */
export function maskBody(
  content: string | Uint8Array,
  encoding: ProcedureSettings['body_encoding'],
  isHarmless: (value: string) => boolean,
): string | Uint8Array {
  switch (encoding) {
    case 'json':
      return maskJson(Buffer.from(content as string), isSecretName, JSON.stringify(MASK));
    case 'form':
      return maskQuery(String(content), (value) => (isHarmless(value) ? value : MASK));
    case 'multipart':
      return textOrBytes(maskParts(Buffer.from(content as Uint8Array)));
    case 'text':
    case 'raw':
      return textOrBytes(content);
  }
}

function textOrBytes(content: string | Uint8Array): string | Uint8Array {
  if (typeof content === 'string' || !isUtf8(content)) return content;
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString();
}

/** The gateway has written the body, so the form of its parts is known. */
function maskParts(body: Buffer): Buffer {
  // Latin-1 keeps each byte.
  const text = body.toString('latin1');
  const boundary = text.slice(0, text.indexOf('\r\n'));
  const masked = text
    .split(`${boundary}\r\n`)
    .map((part) => {
      const [, head = '', name = ''] =
        /^(Content-Disposition: form-data; name="([^"]*)"(?:.*\r\n)+?\r\n)/.exec(part) ?? [];
      if (head === '' || !isSecretName(Buffer.from(name, 'latin1').toString())) return part;
      const end = part.endsWith(`${boundary}--\r\n`) ? `\r\n${boundary}--\r\n` : '\r\n';
      return `${head}${MASK}${end}`;
    })
    .join(`${boundary}\r\n`);
  return Buffer.from(masked, 'latin1');
}
