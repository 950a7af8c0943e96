const OPEN_PATHS: readonly string[] = ['/livez', '/readyz', '/ping', '/ready'];

/** Whether the path is for the probes of an orchestrator, which has no token. It tells nothing secret. */
export function isOpenPath(path: string): boolean {
  return OPEN_PATHS.includes(path);
}
