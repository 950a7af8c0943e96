import type { ProcedureDescription } from '../gateway/descriptions/description.js';
import { CLIENT_NAMES, CLIENT_TEXT, HEADER_TEXT } from './client-text.js';
import { ownErrorsIn } from './error-uris.js';
import { camelCase, createNames, pascalCase } from './names.js';
import { type NamedProcedure, proceduresByService } from './procedures.js';
import { type ServiceTypes, serviceTypes } from './service-types.js';
import { docComment, propertyName, stringLiteral } from './text.js';

/**
 * A file of TypeScript for the callers of procedures in one realm: their types, and a client for
 * autobahn-js and wampy. It imports nothing.
 */
export function typescriptClient(procedures: readonly NamedProcedure[]): string {
  const services = typesOfServices(procedures);
  return [
    HEADER_TEXT,
    errorUris(procedures.map(({ description }) => description)),
    ...services.map(({ types }) => types.text),
    clientType(services),
    createClientText(services),
    CLIENT_TEXT,
  ].join('\n');
}

interface NamedService {
  /** The name of its methods in the client. */
  readonly member: string;
  readonly types: ServiceTypes;
}

/** In the order of the configuration. */
function typesOfServices(procedures: readonly NamedProcedure[]): readonly NamedService[] {
  // `await` would call a member `then`.
  const memberName = createNames(['then']);
  const namespaceName = createNames(CLIENT_NAMES);
  return proceduresByService(procedures).map(([service, own]) => ({
    member: memberName(camelCase(service)),
    types: serviceTypes(namespaceName(pascalCase(service)), own),
  }));
}

function errorUris(descriptions: readonly ProcedureDescription[]): string {
  const own = ownErrorsIn(descriptions);
  const all = new Set(descriptions.flatMap(({ errors }) => errors.map(({ uri }) => uri)));
  const others = [...all].filter((uri) => !own.includes(uri));
  return `/** The errors of the gateway itself. The kwarg \`code\` of an error tells more. */
export type GatewayErrorUri =${membersText(own.map(stringLiteral))};

/** All errors of the procedures in this file. */
export type ErrorUri =${membersText(['GatewayErrorUri', ...others.map(stringLiteral)])};
`;
}

const membersText = (members: readonly string[]): string =>
  members.length === 0 ? ' never' : members.map((member) => `\n  | ${member}`).join('');

function clientType(services: readonly NamedService[]): string {
  const members = services.map(({ member, types }) => {
    const methods = types.methods.map(
      ({ name, comment, kwargs, isOptional, result, progress }) =>
        `${docComment(comment, '    ')}    readonly ${propertyName(name)}: (kwargs${isOptional ? '?' : ''}: ${kwargs}, options?: ${progress === undefined ? 'CallOptions' : `StreamOptions<${progress}>`}) => Promise<${result}>;\n`,
    );
    return `  readonly ${propertyName(member)}: {\n${methods.join('')}  };\n`;
  });
  return `/** The procedures by their services. */\nexport interface Client {\n${members.join('')}}\n`;
}

function createClientText(services: readonly NamedService[]): string {
  const members = services.map(({ member, types }) => {
    const methods = types.methods.map(
      ({ name, uri }) =>
        `      ${propertyName(name)}: (kwargs, options) => call(${stringLiteral(uri)}, kwargs, options),\n`,
    );
    return `    ${propertyName(member)}: {\n${methods.join('')}    },\n`;
  });
  return `/**
 * Creates the client.
 *
 * @param session an open session of autobahn-js, or a connected Wampy
 */
export function createClient(session: AutobahnSession | WampySession): Client {
  const call = callerOf(session);
  return {
${members.join('')}  };
}
`;
}
