import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { normalised, readTranscript, reconciled, withNames, withoutServerWarnings } from './transcript.ts';

const text = `# About
# ?more: a cluster says more
$ kn one {image}
first
?more |  {seconds} Ready

?more
last

$ kn two
[1]
`;
const names = { namespace: 'default', image: 'test/a', missing: 'test/none', folder: '/tmp/x' };

describe('a transcript', () => {
  it('has commands with what they print', () => {
    const { steps } = readTranscript(text);
    expect(steps.map(({ line, command }) => [line, command])).toEqual([
      [3, 'kn one {image}'],
      [10, 'kn two'],
    ]);
    expect(withNames(steps[0]!.command, names)).toBe('kn one test/a');
    expect(reconciled(steps[0]!.expected, [], false)).toEqual(['first', '  {seconds} Ready', '', 'last']);
  });

  it('may differ on a cluster where it says so, and nowhere else', () => {
    const [{ expected }] = readTranscript(text).steps as [ReturnType<typeof readTranscript>['steps'][number]];
    const more = ['first', '  {seconds} Waiting', '  {seconds} Ready', '', 'a', 'b', 'last'];
    expect(reconciled(expected, more, true)).toEqual(more);
    const fewer = ['first', '', 'last'];
    expect(reconciled(expected, fewer, true)).toEqual(fewer);
    for (const wrong of [['other', '', 'last'], ['first', '', 'last', 'more'], ['first', 'last'], []])
      expect(reconciled(expected, wrong, true)).not.toEqual(wrong);
  });

  it('has no warnings of an API server', () => {
    const own = "Warning: 'kn service apply' is another";
    expect(withoutServerWarnings(['Warning: v1beta2 is deprecated', own, 'a'])).toEqual([own, 'a']);
  });

  it('gives a reason for each difference', () => {
    expect(() => readTranscript('$ kn one\n?less |a')).toThrow('line 2: the difference has no reason');
    expect(() => readTranscript('first')).toThrow('line 1: no command has printed this');
    const { steps, differences } = readTranscript(readFileSync(join(import.meta.dirname, 'walk.txt'), 'utf8'));
    const used = steps.flatMap(({ expected }) => expected.flatMap(({ differs }) => differs ?? []));
    expect([...differences.keys()].sort()).toEqual([...new Set(used)].sort());
  });
});

describe('what is printed', () => {
  it.each([
    [
      'hello   http://hello.default.localhost:8080   hello-00001   12s   3 OK / 3     True    ',
      'hello  http://hello.{namespace}.{domain}  hello-00001  {age}  {all} OK  True',
    ],
    ['lost  2 OK / 3  False', 'lost  2 OK / 3  False'],
    ['  1.010s Ready (2m21s)', '  {seconds} Ready ({age})'],
    ["'hello' in namespace 'default':", "'hello' in namespace '{namespace}':"],
    ['http://a.default.svc.cluster.local/default/b', 'http://a.{namespace}.svc.cluster.local/{namespace}/b'],
    ['Image: test/a of test/none', 'Image: {image} of {missing}'],
  ])('is without ages, domains and widths: %s', (line, expected) => {
    expect(normalised(`${line}\n\n`, names)).toEqual([expected]);
  });
});
