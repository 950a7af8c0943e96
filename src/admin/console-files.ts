import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, gzipSync } from 'node:zlib';

/** A file of the console in memory. */
export interface ConsoleFile {
  readonly type: string;
  readonly bytes: Buffer;
  /** Compressed when it is first wanted, because most gateways are never looked at. */
  readonly gzipped: Buffer;
  /** Without quotes. It changes with the content. */
  readonly tag: string;
}

/** The files of the console. A request names one of them, and never reaches the disk. */
export interface ConsoleFiles {
  /** The page itself. */
  readonly page: ConsoleFile;
  /** What the page loads, by path: `/console/main.js`. */
  readonly parts: ReadonlyMap<string, ConsoleFile>;
  /** The content security policy of the page. The other files load nothing. */
  readonly policy: string;
}

/** `npm run build` writes the page and its modules here. */
const FOLDER = fileURLToPath(new URL('../../dist/console/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/**
 * Reads all files of the console and its libraries.
 *
 * @param folder Default: the one of this package
 * @throws Error with `code`, if a file cannot be read. For example, nobody has run `npm run build`
 */
export async function readConsoleFiles(folder = FOLDER): Promise<ConsoleFiles> {
  const html = await readFile(join(folder, 'index.html'));
  const own = (await readdir(folder, { recursive: true }))
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.(?:js|css|svg)$/.test(path))
    .map((path) => [`/console/${path}`, join(folder, path)] as const);
  const places = [...own, ...libraries()];
  const parts = places.map(async ([path, file]) => [path, fileOf(path, await readFile(file))] as const);
  const modules = places.map(([path]) => path).filter((path) => /\.m?js$/.test(path));
  return {
    page: fileOf('index.html', withPreloads(html, modules)),
    parts: new Map(await Promise.all(parts)),
    policy: policyFor(html),
  };
}

/**
 * Names all modules in the page. Otherwise the browser would find them one import after another, and
 * wait for each.
 */
function withPreloads(html: Buffer, paths: readonly string[]): Buffer {
  const links = paths.map((path) => `<link rel="modulepreload" href="${path.slice(1)}" />`).join('');
  return Buffer.from(html.toString().replace('<script type="module"', `${links}<script type="module"`));
}

/** The modules of the import map in index.html, from their packages. */
function libraries(): readonly (readonly [path: string, file: string])[] {
  const find = createRequire(import.meta.url).resolve;
  const signals = find('@preact/signals');
  // Each package has its module beside the file that Node loads.
  const places: readonly (readonly [name: string, main: string])[] = [
    ['preact.mjs', find('preact')],
    ['hooks.mjs', find('preact/hooks')],
    ['htm.mjs', find('htm')],
    ['signals.mjs', signals],
    ['signals-core.mjs', createRequire(signals).resolve('@preact/signals-core')],
  ];
  return places.map(([name, main]) => [`/console/lib/${name}`, join(dirname(main), name)]);
}

function fileOf(path: string, bytes: Buffer): ConsoleFile {
  const type = TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
  let gzipped: Buffer | undefined;
  return {
    type,
    bytes,
    get gzipped() {
      gzipped ??= gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION });
      return gzipped;
    },
    tag: hashOf(bytes).slice(0, 22),
  };
}

/**
 * Only files of the gateway itself may be used. The import map is the one script in the page, so it
 * is allowed by its hash (CSP Level 3 section 2.3.1).
 */
function policyFor(html: Buffer): string {
  const [, importMap = ''] = /<script type="importmap">(.*?)<\/script>/s.exec(html.toString()) ?? [];
  return [
    "default-src 'self'",
    `script-src 'self' 'sha256-${hashOf(Buffer.from(importMap))}'`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'self'",
  ].join('; ');
}

const hashOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64');
