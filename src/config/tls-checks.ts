import { createSecureContext } from 'node:tls';
import { fileTrouble } from './datatypes.js';
import type { ListenerDraft, ServiceDraft } from './drafts.js';
import type { ReadFile } from './includes.js';
import { readCertificates, readPrivateKey } from './pem.js';
import { ValueError } from './value-error.js';

/** Checks the `tls.*` files of one service or listener; what it finds goes to the line of the file's key. */
export type CheckTls = (draft: ServiceDraft | ListenerDraft) => void;

/** What came of reading something once: it, or why not. */
type Outcome<T> = { readonly value: T } | { readonly trouble: string };

/** A check that reads each file once, however many services name it: a bundle of CAs takes a while. */
export function createTlsCheck(readFile: ReadFile): CheckTls {
  const contents = remembered((path: string) => textOf(readFile(path)));
  const certificates = remembered((path: string) => attempt(() => readCertificates(contents(path))));
  const privateKeys = remembered((path: string) => attempt(() => readPrivateKey(contents(path))));
  const fits = remembered((paths: string) => {
    const [cert, key, ca] = paths.split('\0').map((path) => path && contents(path));
    return attempt(() => createSecureContext({ cert, key, ...(ca && { ca }) }));
  });

  return (draft) => {
    checkPresence(draft);
    const certificate = read(draft, 'tls.certfile', certificates);
    const key = read(draft, 'tls.keyfile', privateKeys);
    const authorities = read(draft, 'tls.cacertfile', certificates);
    if (certificate === undefined || key === undefined) return;
    if (!certificate[0].checkPrivateKey(key)) {
      draft.report('tls.keyfile', 'this is not the key of the first certificate in tls.certfile');
      return;
    }
    const {
      'tls.certfile': certFile,
      'tls.keyfile': keyFile,
      'tls.cacertfile': caFile = '',
    } = draft.settings;
    const paths = [certFile, keyFile, authorities === undefined ? '' : caFile].join('\0');
    const outcome = fits(paths);
    // What is left is what OpenSSL's security level forbids: a key that is too short, a digest that is too weak.
    if ('trouble' in outcome) draft.report('tls.certfile', outcome.trouble);
  };
}

function checkPresence(draft: ServiceDraft | ListenerDraft): void {
  for (const [given, missing] of [
    ['tls.certfile', 'tls.keyfile'],
    ['tls.keyfile', 'tls.certfile'],
  ] as const) {
    if (draft.entry(given) !== undefined && draft.entry(missing) === undefined) {
      draft.report(given, `needs ${missing} too`);
    }
  }
}

/** What the file of a key holds; undefined where the key has none, or it was reported. */
function read<T>(
  draft: ServiceDraft | ListenerDraft,
  key: 'tls.certfile' | 'tls.keyfile' | 'tls.cacertfile',
  readOnce: (path: string) => Outcome<T>,
): T | undefined {
  const path = draft.settings[key];
  if (path === undefined) return undefined;
  const outcome = readOnce(path);
  if ('value' in outcome) return outcome.value;
  draft.report(key, outcome.trouble);
  return undefined;
}

function attempt<T>(make: () => T): Outcome<T> {
  try {
    return { value: make() };
  } catch (error) {
    if (error instanceof ValueError) return { trouble: error.message };
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (!/^ERR_(?:SSL|OSSL|TLS|CRYPTO)_\w+$/.test(code)) return { trouble: fileTrouble(error) };
    return { trouble: `TLS cannot work with this certificate and its key (${code})` };
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

/** A byte order mark goes: a block must begin its line. */
function textOf(content: string | Uint8Array): string {
  return (typeof content === 'string' ? content : new TextDecoder().decode(content)).replace(/^\uFEFF/, '');
}
