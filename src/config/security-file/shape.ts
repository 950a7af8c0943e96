import { createRequire } from 'node:module';
import type * as Zod from 'zod/mini';

/**
 * The messages for a missing value and for a value of the wrong type. They never contain the value.
 */
const must = (what: string) => ({
  error: ({ input }: { readonly input?: unknown }) =>
    input === undefined ? `is required (${what})` : `must be ${what}`,
});

export type Shapes = ReturnType<typeof createShapes>;

/**
 * Creates the shapes for the `security.config_file` of Bondy, with the fields that have an effect
 * here. Other fields are allowed.
 *
 * Only gateways with such a file need zod, so this function loads it. Otherwise zod would be a
 * quarter of all code that every gateway loads at the start.
 */
export function createShapes() {
  const z: typeof Zod = createRequire(import.meta.url)('zod/mini');
  const text = z.string(must('text'));
  const name = z.string(must('text, not empty')).check(z.minLength(1, 'must be text, not empty'));
  const flag = z.boolean(must('true or false'));
  const texts = z.array(text, must('a list of texts'));
  const names = z.array(name, must('a list of names'));
  const meta = z.optional(z.record(z.string(), z.unknown(), must('an object')));
  /** `ofNames` checks the value if it is not "all". A union would give no useful message. */
  const allOrNames = z.optional(z.unknown());

  const user = z.looseObject(
    {
      username: name,
      password: z.optional(z.unknown()),
      enabled: z.optional(flag),
      groups: z.optional(names),
      authorized_keys: z.optional(texts),
      meta,
    },
    must('an object'),
  );

  const group = z.looseObject({ name, groups: z.optional(names), meta }, must('an object'));

  const source = z.looseObject(
    { usernames: allOrNames, authmethod: name, cidr: z.optional(text), meta },
    must('an object'),
  );

  const resource = z.looseObject({ uri: text, match: z.optional(text) }, must('an object'));

  const grant = z.looseObject(
    {
      permissions: z.array(name, must('a list of permissions')),
      roles: allOrNames,
      uri: z.optional(text),
      match: z.optional(text),
      resources: z.optional(z.array(resource, must('a list of objects with uri and match'))),
      meta,
    },
    must('an object'),
  );

  /** A realm without its lists. They are read one by one, so that all their errors are reported. */
  const realm = z.looseObject(
    {
      uri: name,
      description: z.optional(text),
      authmethods: z.optional(texts),
      security_enabled: z.optional(flag),
      allow_connections: z.optional(flag),
      is_prototype: z.optional(flag),
      prototype_uri: z.optional(text),
    },
    must('an object'),
  );

  /** The value of `usernames` and `roles` if it is not `"all"`. */
  const ofNames = z.array(name, must('"all" or a list of names'));

  const count = z
    .int(must('a whole number'))
    .check(z.gte(1, 'must be from 1 to 10000000'), z.lte(10_000_000, 'must be from 1 to 10000000'));

  /**
   * A password as Bondy stores it: protocol, parameters of the key derivation, and derived keys.
   */
  const password = z.looseObject(
    {
      protocol: text,
      params: z.looseObject({ kdf: text, iterations: count }, must('an object')),
      data: z.looseObject(
        {
          salt: name,
          salted_password: z.optional(text),
          stored_key: z.optional(text),
          server_key: z.optional(text),
        },
        must('an object'),
      ),
    },
    must('text, or an object with protocol, params and data'),
  );

  return { user, group, source, grant, realm, ofNames, password };
}

export type RealmShape = Zod.infer<Shapes['realm']>;
export type UserShape = Zod.infer<Shapes['user']>;
export type GroupShape = Zod.infer<Shapes['group']>;
export type SourceShape = Zod.infer<Shapes['source']>;
export type GrantShape = Zod.infer<Shapes['grant']>;
export type PasswordShape = Zod.infer<Shapes['password']>;
