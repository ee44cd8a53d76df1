import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { hasProgram } from '@dormouse/serving/process/has-program';

const project = join(import.meta.dirname, '../..');

/** What a call of a program printed, and whether it ended well. */
interface Call {
  ok: boolean;
  output: string;
}

/** A copy of terraform/ in which Terraform may leave its files, with what its modules read beside it. */
export interface TerraformCopy extends Disposable {
  folder: string;
  /** Calls Terraform in a folder below `terraform/`. */
  terraform(at: string, args: readonly string[], env?: NodeJS.ProcessEnv): Call;
}

/** Folders below `terraform/` that hold a configuration: modules and the layers of environments. */
export const configurations = (): string[] =>
  globSync('terraform/{modules,environments}/**/versions.tf', { cwd: project })
    .map((path) => dirname(path).slice('terraform/'.length))
    .sort();

/** Whose objects a configuration makes: Terraform's own, those inside of a cluster, or a cloud's. */
export function sortOf(configuration: string): 'built in' | 'cluster' | 'cloud' {
  const versions = readFileSync(join(project, 'terraform', configuration, 'versions.tf'), 'utf8');
  if (!versions.includes('required_providers')) return 'built in';
  return versions.includes('gavinbunney/kubectl') ? 'cluster' : 'cloud';
}

/** What a test of configurations inside of a cluster misses: Terraform, or the provider in its mirror. */
export function missingForClusters(): string[] {
  return [
    ...(hasProgram('terraform') ? [] : ['terraform']),
    ...(mirrorSettings() ? [] : ['a mirror of providers (terraform/providers/build)']),
  ];
}

/** The settings that make Terraform take providers from the mirror, if somebody built it. */
function mirrorSettings(): string | undefined {
  const found = spawnSync(join(project, 'terraform/providers/build'), ['--where'], { encoding: 'utf8' });
  return found.status === 0 ? found.stdout.trim() : undefined;
}

/** A copy for one test file, which removes it. */
export function copyOfTerraform(): TerraformCopy {
  const folder = mkdtempSync(join(tmpdir(), 'dormouse-terraform-'));
  const left = ['.terraform', '.terraform.lock.hcl'];
  cpSync(join(project, 'terraform'), join(folder, 'terraform'), {
    recursive: true,
    filter: (path) => !left.includes(basename(path)) && !path.includes('.tfstate'),
  });
  for (const each of ['knative', 'observability']) symlinkSync(join(project, each), join(folder, each));
  const empty = join(folder, 'terraform.rc');
  writeFileSync(empty, '');
  const settings = mirrorSettings() ?? empty;
  return {
    folder,
    terraform: (at, args, env = {}) => {
      const { status, stdout, stderr } = spawnSync('terraform', [...args], {
        cwd: join(folder, 'terraform', at),
        encoding: 'utf8',
        env: { ...process.env, TF_CLI_CONFIG_FILE: settings, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1', ...env },
      });
      return { ok: status === 0, output: `${stdout}${stderr}` };
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}
