import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../config/load-config.js';
import { subjectOf } from './call-log.js';
import { fillServiceVars } from './service-vars.js';

describe('the path of a procedure in the log', () => {
  const from = (name: string) => `$${`{${name}}`}`;
  const subjects = (path: string) => {
    const text = [
      `base_url = https://${from('HOST')}/bot${from('KEY')}`,
      'auth.vars.sub = s3cret',
      'procedures.p.uri = com.a.p',
      'procedures.p.realm = r',
      `procedures.p.path = ${path}`,
    ];
    const { services } = parseConfig(text.map((line) => `rpc_gateway.services.a.${line}`).join('\n'), {
      env: { KEY: 's3cret', HOST: 'api.example.com' },
    });
    return services.flatMap((service) =>
      service.procedures.flatMap((procedure) => [
        subjectOf(service, procedure),
        subjectOf(service, fillServiceVars(procedure, () => 's3cret').procedure),
      ]),
    );
  };

  it.each([
    [`/hooks/${from('KEY')}/{{id}}`, '/hooks/***/{{id}}'],
    [`/hooks/a${from('KEY')}b/{{id:-${from('KEY')}}}?key=${from('KEY')}`, '/hooks/a***b/{{id:-***}}'],
    [`/${from('KEY')}/{{vars.sub}}`, '/***/{{vars.sub}}'],
    ['/hooks/{{id:-1}}', '/hooks/{{id:-1}}'],
  ])('contains no text from the environment: %s', (path, shown) => {
    for (const subject of subjects(path)) {
      expect(subject).toEqual({
        service: 'a',
        host: 'api.example.com:443',
        procedure: 'com.a.p',
        path: shown,
      });
    }
  });
});
