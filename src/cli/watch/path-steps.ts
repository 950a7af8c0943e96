import { lstatSync, readlinkSync } from 'node:fs';
import { join, parse, resolve } from 'node:path';

/** A name in a folder, on which it depends where a path leads. */
export interface PathStep {
  readonly folder: string;
  readonly name: string;
}

/** Linux follows at most 40 links too. */
const MAX_LINKS = 40;

/**
 * Finds the names whose change can change the content at a path: the file, and every symbolic link
 * on the way to it. A mounted ConfigMap of Kubernetes changes only by a link, `..data`.
 *
 * If a part of the path does not exist, the last step is this part.
 *
 * @param path absolute
 */
export function pathSteps(path: string): readonly PathStep[] {
  const steps: PathStep[] = [];
  const { root } = parse(path);
  let folder = root;
  let rest = namesIn(path);
  for (let links = 0; ; ) {
    const [name, ...others] = rest;
    if (name === undefined) return steps;
    const whole = join(folder, name);
    const found = lookAt(whole);
    if (found === undefined || others.length === 0 || found.link !== undefined) steps.push({ folder, name });
    if (found === undefined) return steps;
    if (found.link === undefined) {
      folder = whole;
      rest = others;
      continue;
    }
    if (++links > MAX_LINKS) return steps;
    rest = [...namesIn(resolve(folder, found.link)), ...others];
    folder = root;
  }
}

const namesIn = (path: string): string[] =>
  path
    .split(/[/\\]/)
    .slice(1)
    .filter((name) => name !== '');

/** @returns undefined if nothing is there */
function lookAt(path: string): { readonly link: string | undefined } | undefined {
  try {
    return { link: lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined };
  } catch {
    return undefined;
  }
}
