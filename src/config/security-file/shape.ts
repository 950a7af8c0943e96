import * as z from 'zod/mini';

/** A sentence for a value of the wrong type, which never holds the value, and another where it is missing. */
const must = (what: string) => ({
  error: ({ input }: { readonly input?: unknown }) =>
    input === undefined ? `is required (${what})` : `must be ${what}`,
});

const text = z.string(must('text'));
const name = z.string(must('text, not empty')).check(z.minLength(1, 'must be text, not empty'));
const flag = z.boolean(must('true or false'));
const texts = z.array(text, must('a list of texts'));
const names = z.array(name, must('a list of names'));
const meta = z.optional(z.record(z.string(), z.unknown(), must('an object')));
/** Read by {@link NAMES} where it is not "all": a union would tell only that no branch of it fits. */
const allOrNames = z.optional(z.unknown());

/** The shape of Bondy's `security.config_file`, as far as it has an effect here; further fields pass. */
export const USER = z.looseObject(
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

export const GROUP = z.looseObject({ name, groups: z.optional(names), meta }, must('an object'));

export const SOURCE = z.looseObject(
  { usernames: allOrNames, authmethod: name, cidr: z.optional(text), meta },
  must('an object'),
);

export const RESOURCE = z.looseObject({ uri: text, match: z.optional(text) }, must('an object'));

export const GRANT = z.looseObject(
  {
    permissions: z.array(name, must('a list of permissions')),
    roles: allOrNames,
    uri: z.optional(text),
    match: z.optional(text),
    resources: z.optional(z.array(RESOURCE, must('a list of objects with uri and match'))),
    meta,
  },
  must('an object'),
);

/** A realm, but for its lists: what is wrong in one element of theirs keeps nobody from reading the others. */
export const REALM = z.looseObject(
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
export const NAMES = z.array(name, must('"all" or a list of names'));

const count = z
  .int(must('a whole number'))
  .check(z.gte(1, 'must be from 1 to 10000000'), z.lte(10_000_000, 'must be from 1 to 10000000'));

/** A password as Bondy keeps it: its protocol, the parameters of the key derivation, and what came of it. */
export const PASSWORD = z.looseObject(
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

export type RealmShape = z.infer<typeof REALM>;
export type UserShape = z.infer<typeof USER>;
export type GroupShape = z.infer<typeof GROUP>;
export type SourceShape = z.infer<typeof SOURCE>;
export type GrantShape = z.infer<typeof GRANT>;
export type PasswordShape = z.infer<typeof PASSWORD>;
