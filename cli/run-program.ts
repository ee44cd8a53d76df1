import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/**
 * Runs a program of the tests in a process of its own; it gets its options as JSON. A terminal sends Ctrl-C to both: the
 * program decides what it means.
 * @returns its exit code
 */
export async function runProgram(file: string, options: object): Promise<number> {
  const ignore = () => {};
  process.on('SIGINT', ignore);
  const child = spawn(process.execPath, [file, JSON.stringify(options)], { stdio: 'inherit' });
  const stop = () => child.kill('SIGTERM');
  process.once('SIGTERM', stop);
  try {
    return await new Promise<number>((done, fail) => {
      child.once('error', fail);
      child.once('exit', (code, signal) => done(signal ? 128 + constants.signals[signal] : (code ?? 1)));
    });
  } finally {
    process.off('SIGINT', ignore).off('SIGTERM', stop);
  }
}
