/**
 * Writes docs/api.md from the public types in dist/index.d.ts. With --check it writes nothing and
 * exits 1 when the file is stale, or when a public type refers to a type that is not exported.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application } from 'typedoc';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const PATH = join(ROOT, 'docs/api.md');
const INTRODUCTION = `<!-- Generated from the docstrings of src/index.ts by "npm run docs". Do not edit. -->
# API

This page lists everything that a program can import from \`wamp-rpc-gateway\`. The examples are whole programs: save one as \`example.ts\` next to a
\`bondy.conf\`. Types named \`…Settings\` hold the keys of a configuration, which the
[configuration reference](reference/configuration.md) describes.

`;

const app = await Application.bootstrapWithPlugins({
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: [join(ROOT, 'dist/index.d.ts')],
  tsconfig: join(ROOT, 'scripts/tsconfig.api.json'),
  // `npm run types` has checked them.
  skipErrorChecking: true,
  logLevel: 'Warn',
  outputFileStrategy: 'modules',
  entryFileName: 'api',
  readme: 'none',
  hideBreadcrumbs: true,
  hidePageHeader: true,
  hidePageTitle: true,
  disableSources: true,
  excludeExternals: true,
  parametersFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeAliasPropertiesFormat: 'table',
  propertyMembersFormat: 'table',
  hideGroupHeadings: true,
  useCodeBlocks: true,
});
const project = await app.convert();
if (project === undefined) throw new Error('typedoc could not read dist/index.d.ts');
app.validate(project);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);

const folder = mkdtempSync(join(tmpdir(), 'api-'));
await app.outputs.writeOutput({ name: 'markdown', path: folder }, project);
const wanted = INTRODUCTION + withGoodLinks(readFileSync(join(folder, 'api.md'), 'utf8'));
rmSync(folder, { recursive: true });

if (!process.argv.includes('--check')) writeFileSync(PATH, wanted);
else if (read() !== wanted) {
  console.error('docs/api.md is stale: run "npm run docs" and commit the result.');
  process.exitCode = 1;
}

/**
 * typedoc counts `Gateway.status` and `GatewayStatus` as two headings of the same name, and adds a
 * number to the links. Only the second is a heading, so these links lead nowhere.
 */
function withGoodLinks(markdown) {
  const headings = [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading.toLowerCase());
  return markdown.replace(/\]\(#(\w+)-\d+\)/g, (link, name) => {
    const count = headings.filter((heading) => heading === name).length;
    return count === 1 ? `](#${name})` : link;
  });
}

function read() {
  try {
    return readFileSync(PATH, 'utf8');
  } catch {
    return undefined;
  }
}
