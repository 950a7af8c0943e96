import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';

/** Debian's Chromium. */
const PATHS = ['/usr/bin/chromium', '/usr/bin/chromium-browser'];
const program = PATHS.find((path) => existsSync(path));

/** In CI the tests run in any case, and fail without a browser. */
export const HAS_BROWSER = program !== undefined || process.env['CI'] !== undefined;
if (!HAS_BROWSER) console.log('The tests of the console are skipped: Chromium is not installed.');

export const WIDTHS = [360, 1_280, 2_560] as const;
export type Scheme = 'light' | 'dark';

export interface OpenedPage {
  readonly page: Page;
  /** What the browser complained about. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

/** @param args further arguments for the program */
export async function startBrowser(...args: readonly string[]): Promise<Browser> {
  return await chromium.launch({ executablePath: program ?? 'chromium', args: ['--no-sandbox', ...args] });
}

export interface PageOptions {
  readonly width?: number;
  readonly scheme?: Scheme;
  readonly password?: string;
}

/** Opens a page of the console, for example `#/live`. */
export async function openPage(
  browser: Browser,
  url: string,
  options: PageOptions = {},
): Promise<OpenedPage> {
  const { width = 1_280, scheme = 'light', password } = options;
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: scheme,
    reducedMotion: 'reduce',
    ...(password !== undefined && { httpCredentials: { username: 'operator', password } }),
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('request', (request) => {
    if (new URL(request.url()).host !== new URL(url).host) complaints.push(`a request to ${request.url()}`);
  });
  await page.goto(url);
  return { page, complaints, close: () => context.close() };
}

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Checks a page with axe-core (WCAG 2.2 AA and its best practices). */
export async function expectAccessible(page: Page): Promise<void> {
  // Through the debugger, because the policy of the page forbids inline scripts.
  await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
  });
  expect(violations).toEqual([]);
}

/** Nothing is wider than the window. */
export async function expectNoOverflow(page: Page): Promise<void> {
  const [content, window] = (await page.evaluate(
    'Promise.resolve([document.documentElement.scrollWidth, document.documentElement.clientWidth])',
  )) as [number, number];
  expect(content).toBeLessThanOrEqual(window);
}

/**
 * The pictures of the documents. `WRITE_PICTURES=1 npm run test:interop -- console` writes them anew;
 * other runs keep theirs in the cache.
 */
const pictures = fileURLToPath(
  new URL(
    process.env['WRITE_PICTURES'] === '1'
      ? '../../../docs/console/'
      : '../../../node_modules/.cache/console-pictures/',
    import.meta.url,
  ),
);

/** Text, because the types of the tests have no document. */
const SHOW_USUAL_FOLDER = String.raw`{
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode())
    texts.currentNode.nodeValue = texts.currentNode.nodeValue.replace(/\/\S+\/rpc-gateway-test-\w+/, '/etc/rpc-gateway');
}`;

export async function takePicture(page: Page, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  // The documents show the folder that an operator has, not that of the test.
  await page.evaluate(SHOW_USUAL_FOLDER);
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}
