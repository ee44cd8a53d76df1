import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, globSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Accounts that a process of an image may run as; programs look their name up. */
const accounts = [
  'root:x:0:0::/:/bin/false',
  'service:x:999:999::/:/bin/false',
  'nonroot:x:65532:65532::/:/bin/false',
  '',
].join('\n');

/** Libraries for name resolution; programs load them at run time. */
const lookup = ['/lib/*-linux-gnu/libnss_{dns,files}.so.2', '/lib/*-linux-gnu/libresolv.so.2'];
const authorities = '/etc/ssl/certs/ca-certificates.crt';

/**
 * Begins an image's files in `root`: no shell and no package manager, nothing but accounts, certificates and an empty /tmp.
 * @returns this and what follows: the files of this machine that were copied
 */
export function prepareRoot(root: string): string[] {
  for (const folder of ['etc/ssl/certs', 'tmp', 'usr/bin', 'usr/lib', 'usr/lib64', 'app'])
    mkdirSync(join(root, folder), { recursive: true });
  for (const folder of ['bin', 'lib', 'lib64']) symlinkSync(`usr/${folder}`, join(root, folder));
  writeFileSync(join(root, 'etc/passwd'), accounts);
  writeFileSync(join(root, 'etc/group'), 'root:x:0:\nservice:x:999:\nnonroot:x:65532:\n');
  writeFileSync(join(root, 'etc/nsswitch.conf'), 'hosts: files dns\n');
  if (!existsSync(authorities)) return [];
  copyFileSync(authorities, join(root, authorities));
  return [authorities];
}

/** Copies a program to `target`, with the shared libraries of this machine that it needs. */
export function addProgram(root: string, program: string, target: string): string[] {
  const file = realpathSync(program);
  copyInto(root, file, target);
  return [file, ...addLibraries(root, program)];
}

/** Copies the libraries of this machine that a program is linked with; those that `isOwn` holds come with it. */
export function addLibraries(
  root: string,
  program: string,
  isOwn: (library: string) => boolean = () => false,
): string[] {
  const linked = execFileSync('ldd', [program], { encoding: 'utf8' }).match(/\/\S+/g) ?? [];
  const libraries = [...linked, ...globSync(lookup)].filter((library) => !isOwn(library));
  for (const library of libraries)
    copyInto(root, realpathSync(library), library.startsWith('/usr/') ? library : `/usr${library}`);
  return libraries.map((library) => realpathSync(library));
}

function copyInto(root: string, from: string, target: string): void {
  mkdirSync(dirname(join(root, target)), { recursive: true });
  copyFileSync(from, join(root, target));
}
