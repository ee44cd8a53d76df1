import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../needs.ts';
import { copyOfTerraform, type TerraformCopy } from './terraform.ts';

let copy: TerraformCopy;
beforeAll(() => {
  copy = copyOfTerraform();
});
afterAll(() => copy[Symbol.dispose]());

/** What a program prints about the copy, nothing if it is content. */
function complaintsOf(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, [...args], {
    cwd: join(copy.folder, 'terraform'),
    encoding: 'utf8',
  });
  return status === 0 ? '' : `${stdout}${stderr}` || `exit code ${status}`;
}

/** What a program prints after `text` of a file has become `planted`. */
function complaintsWith(file: string, text: string, planted: string, complain: () => string): string {
  const path = join(copy.folder, 'terraform', file);
  const before = readFileSync(path, 'utf8');
  expect(before).toContain(text);
  writeFileSync(path, before.replace(text, planted));
  try {
    return complain();
  } finally {
    writeFileSync(path, before);
  }
}

describe('tflint', needs('tflint'), () => {
  const config = () => `--config=${join(copy.folder, 'terraform/.tflint.hcl')}`;
  const complain = (...args: string[]) => complaintsOf('tflint', ['--no-color', config(), ...args]);

  test('finds nothing, in modules for clouds neither', () => {
    expect(complain('--recursive')).toBe('');
  });

  test('finds a variable without a type', () => {
    const file = 'modules/registry/gcp/variables.tf';
    const found = complaintsWith(file, '  type        = string\n', '', () => complain('--chdir=modules/registry/gcp'));
    expect(found).toContain('terraform_typed_variables');
  });

  test('finds a variable that nothing reads', () => {
    const file = 'modules/registry/gcp/main.tf';
    const found = complaintsWith(file, 'var.kms_key', 'null', () => complain('--chdir=modules/registry/gcp'));
    expect(found).toContain('variable "kms_key" is declared but not used');
  });
});

describe('checkov', needs('checkov'), () => {
  const complain = (folder: string) =>
    complaintsOf('checkov', ['-d', folder, '--framework', 'terraform', '--skip-download', '--quiet', '--compact']);

  test('finds nothing that is not accepted with a reason', () => {
    expect(complain('.')).toBe('');
  });

  test('finds a bucket that everybody may write to', () => {
    const file = 'modules/objects/aws/main.tf';
    const found = complaintsWith(file, 'block_public_acls       = true', 'block_public_acls       = false', () =>
      complain('modules/objects/aws'),
    );
    expect(found).toContain('CKV_AWS_53');
  });
});
