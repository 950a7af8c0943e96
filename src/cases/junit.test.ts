import { expect, it } from 'vitest';
import { junitXml } from './junit.js';

it('a report has a suite for each file, and escapes what XML cannot hold', () => {
  const one = { file: 'a.yaml', durationMs: 1.4 };
  const xml = junitXml([
    { ...one, name: 'good <&">', differences: [] },
    { ...one, name: 'bad', differences: ['request.path: \u0000', 'b'] },
    { ...one, file: 'b.yaml', name: 'other', differences: [] },
  ]);
  expect(xml).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="a.yaml" tests="2" failures="1" errors="0" time="0.003">
    <testcase classname="a.yaml" name="good &lt;&amp;&quot;&gt;" time="0.001"/>
    <testcase classname="a.yaml" name="bad" time="0.001">
      <failure message="request.path: \ufffd">request.path: \ufffd\nb</failure>
    </testcase>
  </testsuite>
  <testsuite name="b.yaml" tests="1" failures="0" errors="0" time="0.001">
    <testcase classname="b.yaml" name="other" time="0.001"/>
  </testsuite>
</testsuites>
`);
});
