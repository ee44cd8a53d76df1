import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { needs } from '../needs.ts';
import { copyOfTerraform } from './terraform.ts';

/** A program `kind` that writes down its arguments and what it was given, and fails if `fails` is one of them. */
const kind = `#!/bin/sh
printf '%s\\n' "$*" >>"$CALLS"
[ "$1" = create ] && cat >>"$CALLS.configuration"
case " $* " in *" $FAILS "*) exit 1 ;; esac
exit 0
`;

function withKind() {
  const copy = copyOfTerraform();
  const bin = join(copy.folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'kind'), kind, { mode: 0o755 });
  const calls = join(copy.folder, 'calls');
  writeFileSync(calls, '');
  const call = (args: readonly string[], env = {}) =>
    copy.terraform('environments/kind/cluster', [...args, '-no-color', '-input=false'], {
      PATH: `${bin}:${process.env.PATH}`,
      CALLS: calls,
      FAILS: 'nothing',
      ...env,
    });
  return { copy, calls: () => readFileSync(calls, 'utf8').trim().split('\n'), call };
}

test('a cluster of kind is created once, and deleted', needs('terraform'), () => {
  const { copy, calls, call } = withKind();
  using _ = copy;
  expect(call(['init'])).toMatchObject({ ok: true });
  expect(call(['apply', '-auto-approve', '-var=workers=1'])).toMatchObject({ ok: true });
  const kubeconfig = join(copy.folder, 'terraform/environments/kind/kubeconfig');
  const created = `create cluster --name dormouse --kubeconfig ${kubeconfig} --wait 180s --config -`;
  expect(calls()).toEqual([created]);
  const configuration = parse(readFileSync(join(copy.folder, 'calls.configuration'), 'utf8'));
  expect(configuration).toMatchObject({ kind: 'Cluster', nodes: [{ role: 'control-plane' }, { role: 'worker' }] });

  expect(call(['apply', '-auto-approve', '-var=workers=1']).output).toContain('No changes');
  expect(calls()).toEqual([created]);

  expect(call(['destroy', '-auto-approve'])).toMatchObject({ ok: true });
  expect(calls()).toEqual([created, `delete cluster --name dormouse --kubeconfig ${kubeconfig}`]);
});

test('a cluster that kind could not create is tried again', needs('terraform'), () => {
  const { copy, calls, call } = withKind();
  using _ = copy;
  expect(call(['init'])).toMatchObject({ ok: true });
  expect(call(['apply', '-auto-approve'], { FAILS: 'create' })).toMatchObject({ ok: false });
  expect(call(['apply', '-auto-approve'])).toMatchObject({ ok: true });
  // Terraform deletes nothing after a failed creation; kind itself does.
  expect(calls().map((each) => each.split(' ')[0])).toEqual(['create', 'create']);
});
