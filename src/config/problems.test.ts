import { expect, it } from 'vitest';
import { createProblems } from './problems.js';

it('sorts problems by the order of the files, then by line, then by the order of the reports', () => {
  const problems = createProblems();
  problems.enter('main');
  problems.enter('included');
  problems.add({ file: 'included', line: 1 }, 'a', '1');
  problems.add({ file: 'main', line: 9 }, 'b', '2');
  problems.add({ file: 'main', line: 3 }, 'c', '3');
  problems.add({ file: 'main', line: 3 }, 'd', '4');
  problems.add({ file: 'never entered', line: 1 }, 'e', '5');
  expect(problems.sorted().map(({ message }) => message)).toEqual(['3', '4', '2', '1', '5']);
});
