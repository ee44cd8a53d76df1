import { appendFileSync, existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs, skippedFor } from '../needs.ts';
import { configurations, copyOfTerraform, missingForClusters, sortOf, type TerraformCopy } from './terraform.ts';

const all = configurations();
const builtIn = all.filter((each) => sortOf(each) === 'built in');
const ofClusters = all.filter((each) => sortOf(each) === 'cluster');

let copy: TerraformCopy;
beforeAll(() => {
  copy = copyOfTerraform();
});
afterAll(() => copy[Symbol.dispose]());

/** Initialises a configuration and tells what is wrong with it, by itself and by its tests. */
function problemsOf(configuration: string): string[] {
  const calls = [
    ['init', '-no-color', '-input=false', '-backend=false'],
    ['validate', '-no-color'],
  ];
  if (existsSync(join(copy.folder, 'terraform', configuration, 'tests'))) calls.push(['test', '-no-color']);
  for (const call of calls) {
    const { ok, output } = copy.terraform(configuration, call);
    if (!ok) return [`terraform ${call[0]}: ${output}`];
  }
  return [];
}

test('there are configurations of each sort', () => {
  expect(builtIn).toHaveLength(3);
  expect(ofClusters.length).toBeGreaterThan(10);
  expect(all).toEqual(expect.arrayContaining(['modules/cluster/gke', 'modules/cluster/eks', 'modules/platform']));
});

test('every module that can be tested here has tests', () => {
  const modules = [...builtIn, ...ofClusters].filter((each) => each.startsWith('modules/'));
  const tested = modules.filter((each) => existsSync(join(import.meta.dirname, '../../terraform', each, 'tests')));
  expect(tested).toEqual(modules);
});

describe('by Terraform', needs('terraform'), () => {
  test('everything is formatted', () => {
    const { output } = copy.terraform('.', ['fmt', '-check', '-recursive', '-no-color']);
    expect(output).toBe('');
  });

  test('what is not formatted is found', () => {
    const path = join(copy.folder, 'terraform/modules/overlay/outputs.tf');
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, before.replace('  value', '   value'));
    try {
      expect(copy.terraform('.', ['fmt', '-check', '-recursive', '-no-color'])).toMatchObject({ ok: false });
    } finally {
      writeFileSync(path, before);
    }
  });

  test.each(builtIn)('%s is valid, and its tests pass', (configuration) => {
    expect(problemsOf(configuration)).toEqual([]);
  });

  test('an overlay that differs from what Terraform would write is found', () => {
    const path = join(copy.folder, 'terraform/modules/overlay/host.yaml.tftpl');
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, before.replace('/spec/hosts', '/spec/host'));
    try {
      expect(problemsOf('modules/overlay').join()).toMatch(/differs from knative\/overlays\/production\/host/);
    } finally {
      writeFileSync(path, before);
    }
  });
});

describe('by Terraform and the provider of what is in a cluster', skippedFor(missingForClusters()), () => {
  test.each(ofClusters)('%s is valid, and its tests pass', (configuration) => {
    expect(problemsOf(configuration)).toEqual([]);
  });

  test('an operator whose file was changed is found', () => {
    const path = join(copy.folder, 'terraform/modules/platform/tests/manifests/one.yaml');
    const before = readFileSync(path, 'utf8');
    appendFileSync(path, '---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: planted\n');
    try {
      expect(problemsOf('modules/platform').join()).toMatch(/is not the one whose\s+SHA-256 was recorded/);
    } finally {
      writeFileSync(path, before);
    }
  });
});

test('environments only call modules', () => {
  const project = join(import.meta.dirname, '../..');
  const files = globSync('terraform/environments/**/*.tf', { cwd: project });
  expect(files.length).toBeGreaterThan(30);
  expect(files.filter((file) => /^\s*(resource|data) "/m.test(readFileSync(join(project, file), 'utf8')))).toEqual([]);
});
