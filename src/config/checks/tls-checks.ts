import { createSecureContext } from 'node:tls';
import type { ConfigDraft, ListenerDraft, ServiceDraft } from '../drafts.js';
import type { ReadFile } from '../syntax/includes.js';
import { fileError, SYSTEM_CAS } from '../types/datatypes.js';
import { readCertificates, readPrivateKey } from '../types/pem.js';
import { ValueError } from '../types/value-error.js';

/**
 * Checks the TLS files of one service or listener, or of the router. Reports an error at the
 * configuration key that names the file.
 */
export type CheckTls = (draft: ServiceDraft | ListenerDraft | ConfigDraft['router']) => void;

/** The result of reading something once. */
type Outcome<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'error'; readonly error: string };

/**
 * Creates a check that reads each file once, even if many services name it. Reading a CA bundle
 * takes long.
 */
export function createTlsCheck(readFile: ReadFile): CheckTls {
  const contents = remembered((path: string) => textOf(readFile(path)));
  const certificates = remembered((path: string) => attempt(() => readCertificates(contents(path))));
  const privateKeys = remembered((path: string) => attempt(() => readPrivateKey(contents(path))));
  const fits = remembered((paths: string) => {
    const [cert, key, ...ca] = paths.split('\0').map(contents);
    return attempt(() => createSecureContext({ cert, key, ...(ca.length > 0 && { ca }) }));
  });

  function check(draft: TlsDraft, prefix: 'tls' | 'auth.fetch.tls'): void {
    const [certKey, keyKey, caKey] = [`${prefix}.certfile`, `${prefix}.keyfile`, `${prefix}.cacertfile`];
    checkPresence(draft, certKey, keyKey);
    const certificate = readAll(draft, certKey, certificates)?.[0];
    const key = readAll(draft, keyKey, privateKeys)?.[0];
    const authorities = readAll(draft, caKey, certificates);
    if (certificate === undefined || key === undefined) return;
    if (!certificate[0].checkPrivateKey(key)) {
      draft.report(keyKey, `this is not the key of the first certificate in ${certKey}`);
      return;
    }
    const cas = authorities === undefined ? [] : filesOf(draft, caKey);
    const outcome = fits([...filesOf(draft, certKey), ...filesOf(draft, keyKey), ...cas].join('\0'));
    // The remaining errors come from the security level of OpenSSL: a short key or a weak digest.
    if (outcome.kind === 'error') draft.report(certKey, outcome.error);
  }

  return (draft) => {
    check(draft, 'tls');
    check(draft, 'auth.fetch.tls');
    readAll(draft, 'auth.secrets.vault.cacertfile', certificates);
  };
}

/** The part of a draft that the checks need. A key that the draft does not know has no value. */
interface TlsDraft {
  readonly settings: Readonly<Record<string, unknown>>;
  entry(key: string): unknown;
  report(key: string, message: string): void;
}

function checkPresence(draft: TlsDraft, certKey: string, keyKey: string): void {
  for (const [given, missing] of [
    [certKey, keyKey],
    [keyKey, certKey],
  ] as const) {
    if (draft.entry(given) !== undefined && draft.entry(missing) === undefined) {
      draft.report(given, `needs ${missing} too`);
    }
  }
}

/** Reads all files of a key; undefined if the key has none, or if one is reported. */
function readAll<T>(
  draft: TlsDraft,
  key: string,
  readOnce: (path: string) => Outcome<T>,
): readonly T[] | undefined {
  const files = filesOf(draft, key);
  const values: T[] = [];
  for (const path of files) {
    const outcome = readOnce(path);
    if (outcome.kind === 'error') {
      draft.report(
        key,
        files.length === 1 ? outcome.error : `file ${files.indexOf(path) + 1}: ${outcome.error}`,
      );
      return undefined;
    }
    values.push(outcome.value);
  }
  return values.length === 0 ? undefined : values;
}

function filesOf({ settings }: TlsDraft, key: string): readonly string[] {
  const value = settings[key] as string | readonly string[] | undefined;
  return [value ?? []].flat().filter((path) => path !== SYSTEM_CAS);
}

function attempt<T>(make: () => T): Outcome<T> {
  try {
    return { kind: 'value', value: make() };
  } catch (error) {
    if (error instanceof ValueError) return { kind: 'error', error: error.message };
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!/^ERR_(?:SSL|OSSL|TLS|CRYPTO)_\w+$/.test(code)) return { kind: 'error', error: fileError(error) };
    return { kind: 'error', error: `TLS cannot use this certificate and its key (${code})` };
  }
}

function remembered<T>(make: (name: string) => T): (name: string) => T {
  const made = new Map<string, T>();
  return (name) => {
    const found = made.get(name) ?? make(name);
    made.set(name, found);
    return found;
  };
}

/** Decodes text without its byte order mark, because a PEM block must begin a line. */
function textOf(content: string | Uint8Array): string {
  return (typeof content === 'string' ? content : new TextDecoder().decode(content)).replace(/^\uFEFF/, '');
}
