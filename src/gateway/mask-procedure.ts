import { MASK } from '../auth/fill-vars.js';
import type { NamedTemplate, ProcedureConfig, Template } from '../config/model.js';
import { fillServiceVars } from './pipeline/service-vars.js';

/** A procedure for display. `***` replaces the service's variables and environment variables. */
export function maskProcedure(procedure: ProcedureConfig): ProcedureConfig {
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
  return fillServiceVars(shown, () => MASK).procedure;
}

/** A masked template is plain text, not JSON. */
function mask(template: Template): Template {
  return template.masked === undefined ? template : { source: template.source, parts: template.masked };
}

const maskAll = (templates: readonly NamedTemplate[]): readonly NamedTemplate[] =>
  templates.map(({ name, template }) => ({ name, template: mask(template) }));
