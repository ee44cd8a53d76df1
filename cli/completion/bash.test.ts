import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { skippedFor } from '@dormouse/tests/needs';
import { beforeAll, describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const bash = ['/bin/bash', '/usr/bin/bash', '/usr/local/bin/bash'].find(existsSync);

describe('completion in bash without the package bash-completion', skippedFor(bash ? [] : ['bash']), () => {
  let script: string;
  beforeAll(() => {
    script = execFileSync(process.execPath, ['cli/dormouse.mjs', 'completion', 'bash'], {
      cwd: root,
      encoding: 'utf8',
    });
  });
  const tab = (line: string) => {
    const asked = [
      script,
      'compopt() { :; }',
      `COMP_LINE='${line}' COMP_POINT=${line.length} COMP_WORDBREAKS=$' =:'`,
      `__dormouse_tab && printf "%s\\n" "\${COMPREPLY[@]}"`,
      'declare -F _get_comp_words_by_ref',
    ].join('\n');
    return run(asked).trimEnd().split('\n');
  };
  /** What a script prints, errors with it. */
  const run = (text: string) =>
    execFileSync(bash!, ['--norc', '-c', `exec 2>&1\n${text}\ntrue`], { cwd: root, encoding: 'utf8' });

  test.each([
    ['dormouse adm', ['admin']],
    ['dormouse keys ', ['list', 'rotate', 'init', 'events']],
    ['dormouse events dead-letters --state op', ['open']],
    ['dormouse events dead-letters --state=op', ['open']],
    ['dormouse start --home cli/im', ['cli/import']],
    // A folder or a file: bash's own names are the best proposals.
    ['dormouse import cli/im', ['']],
  ])('%s', (line, proposed) => {
    expect(tab(line)).toEqual(proposed);
  });

  test('leaves files to bash', () => {
    expect(run(`${script}\ncomplete -p dormouse`)).toBe('complete -o default -F __dormouse_tab dormouse\n');
  });
});
