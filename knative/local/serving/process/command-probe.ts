import { type ExecFileException, execFile } from 'node:child_process';

export interface CommandProbe {
  cwd: string;
  env: Readonly<Record<string, string>>;
}

/**
 * Runs a probe's command, without a shell, as kubelet does.
 * @returns why it failed; undefined when it exited with 0
 */
export function runProbeCommand(
  [program = '', ...args]: readonly string[],
  { cwd, env }: CommandProbe,
  timeoutMs: number,
): Promise<string | undefined> {
  return new Promise((done) => {
    const options = { cwd, env: { ...env }, timeout: timeoutMs, killSignal: 'SIGKILL', maxBuffer: 65_536 } as const;
    execFile(program, args, options, (error, stdout, stderr) => {
      if (!error) return done(undefined);
      const said = (stderr || stdout).trim().split('\n').at(-1)?.slice(0, 200);
      done(`${program} ${howItEnded(error, timeoutMs)}${said ? `: ${said}` : ''}`);
    });
  });
}

function howItEnded({ code, killed, signal }: ExecFileException, timeoutMs: number): string {
  if (killed) return `did not end within ${timeoutMs} ms`;
  if (typeof code === 'number') return `ended with code ${code}`;
  return code ? `cannot be run (${code})` : `was ended by ${signal}`;
}
