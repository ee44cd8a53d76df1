import { execFile } from 'node:child_process';

/** Runs the kubectl on the PATH, with `input` where given; resolves to what it printed. @throws Error with what it complained of */
export function kubectl(args: readonly string[], input = ''): Promise<string> {
  return new Promise((done, failed) => {
    const child = execFile('kubectl', args, { maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      error ? failed(new Error(`kubectl ${args[0]}: ${stderr.trim() || error.message}`)) : done(stdout),
    );
    child.stdin?.on('error', () => {}); // it ended before it read: its exit code tells
    child.stdin?.end(input);
  });
}
