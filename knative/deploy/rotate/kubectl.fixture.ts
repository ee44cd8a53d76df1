import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';

/** Stands in for kubectl, alone on the PATH: notes its arguments, copies the patch’s file, and answers what it was told. */
export function fakeKubectl() {
  const folder = mkdtempSync(join(tmpdir(), 'kubectl-'));
  const program = (script: string) => writeFileSync(join(folder, 'kubectl'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  program(`echo "$@" >> ${folder}/asked
for file; do :; done
[ "$1" != patch ] || /bin/cp -p "$file" ${folder}/patch || exit 1
/bin/cat ${folder}/answer`);
  vi.stubEnv('PATH', folder);
  return {
    answers: (items: object[]) => writeFileSync(join(folder, 'answer'), JSON.stringify({ items })),
    /** From now on it does nothing else. */
    does: program,
    asked: () => readFileSync(join(folder, 'asked'), 'utf8'),
    patchFile: join(folder, 'patch'),
    remove() {
      vi.unstubAllEnvs();
      rmSync(folder, { recursive: true });
    },
  };
}
