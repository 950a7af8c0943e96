/** Searches in patterns: those of an application, and the worst ones that a realm can have. */
import { createPatternIndex } from '../dist/router/patterns/pattern-index.js';

const LETTERS = 'abcdefghijklmnop';
const uriOf = (components) => Array.from({ length: components }, () => 'a').join('.');

/** @param {number} shapes distinct shapes of patterns with 32 components; each shape has 32 patterns, and none matches */
function wildcards(shapes, last = (at) => `z${at}`) {
  const index = createPatternIndex();
  for (let shape = 0; shape < shapes; shape++) {
    for (let at = 0; at < 32; at++) {
      const components = Array.from({ length: 31 }, (_, bit) => ((shape >> bit) & 1 ? '' : 'a'));
      index.set('wildcard', [...components, last(at)].join('.'), {});
    }
  }
  return index;
}

function prefixes(lengths) {
  const index = createPatternIndex();
  for (const length of lengths) index.set('prefix', 'a'.repeat(length), {});
  return index;
}

function application() {
  const index = createPatternIndex();
  for (let at = 0; at < 1000; at++) {
    index.set('prefix', `com.example.area${at}.`, {});
    index.set('wildcard', `com.example..${LETTERS[at % 16]}${at}.changed`, {});
    index.set('wildcard', `com..area${at}.changed`, {});
  }
  return index;
}

/** @returns steps for a report: [name, function] */
export function patternSearches() {
  const long = uriOf(32);
  const longest = 'a'.repeat(4096);
  const some = application();
  const few = wildcards(32);
  const many = wildcards(256);
  const matching = wildcards(256, () => 'a');
  const nested = prefixes(Array.from({ length: 4096 }, (_, at) => at + 1));
  const unmatched = prefixes(Array.from({ length: 4095 }, (_, at) => at + 1));
  const other = `b${longest.slice(1)}`;
  return [
    ['3,000 patterns of an application', () => some.patterns('com.example.area7.b17.changed')],
    ['32 components, 32 shapes, none matches', () => few.patterns(long)],
    ['32 components, 256 shapes, none matches', () => many.patterns(long)],
    ['32 components, 256 shapes, all match', () => matching.patterns(long)],
    ['4,096 nested prefixes, all match: an event', () => nested.patterns(longest)],
    ['4,096 nested prefixes, all match: a call', () => nested.bestPattern(longest)],
    ['4,095 lengths of prefixes, none matches', () => unmatched.bestPattern(other)],
  ];
}
