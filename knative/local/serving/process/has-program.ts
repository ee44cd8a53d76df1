import { spawnSync } from 'node:child_process';

/** Whether a program is on the PATH. */
export const hasProgram = (program: string): boolean =>
  spawnSync(program, ['--help'], { stdio: 'ignore' }).error === undefined;
