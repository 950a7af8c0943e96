/**
 * Whether CI runs the tests. Then tests that repeat a check over many transports, serializers or
 * random inputs use all of them. Elsewhere they use a part, so that `npm test` takes two minutes.
 */
export const IS_THOROUGH = process.env['CI'] !== undefined;
