import { createRequire } from 'node:module';
import type * as Zod from 'zod/mini';

/** A sentence for a value of the wrong type, which never holds the value, and another where it is missing. */
const must = (what: string) => ({
  error: ({ input }: { readonly input?: unknown }) =>
    input === undefined ? `is required (${what})` : `must be ${what}`,
});

export type Shapes = ReturnType<typeof createShapes>;

/**
 * The shapes of what Bondy's `security.config_file` has, as far as it has an effect here; further fields pass.
 *
 * zod is loaded here, at once, and not with this file: it is a quarter of what a start would load else, and gateways
 * without such a file need nothing of it.
 */
export function createShapes() {
  const z: typeof Zod = createRequire(import.meta.url)('zod/mini');
  const text = z.string(must('text'));
  const name = z.string(must('text, not empty')).check(z.minLength(1, 'must be text, not empty'));
  const flag = z.boolean(must('true or false'));
  const texts = z.array(text, must('a list of texts'));
  const names = z.array(name, must('a list of names'));
  const meta = z.optional(z.record(z.string(), z.unknown(), must('an object')));
  /** Read by `ofNames` where it is not "all": a union would tell only that no branch of it fits. */
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

  /** A realm, but for its lists: what is wrong in one element of theirs keeps nobody from reading the others. */
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

  /** What `usernames` and `roles` are where they are not `"all"`. */
  const ofNames = z.array(name, must('"all" or a list of names'));

  const count = z
    .int(must('a whole number'))
    .check(z.gte(1, 'must be from 1 to 10000000'), z.lte(10_000_000, 'must be from 1 to 10000000'));

  /** A password as Bondy keeps it: its protocol, the parameters of the key derivation, and what came of it. */
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
