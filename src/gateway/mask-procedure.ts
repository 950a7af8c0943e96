import type { ShowVariable } from '../auth/placement.js';
import type { NamedTemplate, ProcedureConfig, Template } from '../config/model.js';
import { fillServiceVars } from './pipeline/service-vars.js';

/**
 * A procedure for display. `***` replaces environment variables.
 *
 * @param show returns the text for a variable of the service
 */
export function maskProcedure(procedure: ProcedureConfig, show: ShowVariable): ProcedureConfig {
  const { settings } = procedure;
  const shown: ProcedureConfig = {
    ...procedure,
    settings: {
      ...settings,
      path: mask(settings.path),
      headers: maskAll(settings.headers),
      query: maskAll(settings.query),
      cookies: maskAll(settings.cookies),
      body: maskAll(settings.body),
      body_whole: settings.body_whole && mask(settings.body_whole),
    },
  };
  return fillServiceVars(shown, show).procedure;
}

/** A masked template is plain text, not JSON. */
function mask(template: Template): Template {
  return template.masked === undefined ? template : { source: template.source, parts: template.masked };
}

const maskAll = (templates: readonly NamedTemplate[]): readonly NamedTemplate[] =>
  templates.map(({ name, template }) => ({ name, template: mask(template) }));
