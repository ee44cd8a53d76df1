import { execFile } from 'node:child_process';
import { type Names, normalised, withNames } from './transcript.ts';

/** Commands that know no namespace. */
const withoutNamespace = /^kn plugin /;

/**
 * Runs a command of a transcript with a shell, in the namespace.
 * @returns what it printed, normalised; where it failed, `[CODE]` at the end
 */
export function runStep(command: string, names: Names, env: NodeJS.ProcessEnv): Promise<string[]> {
  const line = withNames(command, names) + (withoutNamespace.test(command) ? '' : ` --namespace ${names.namespace}`);
  return new Promise((done) => {
    execFile('sh', ['-c', `${line} 2>&1`], { env, timeout: 300_000 }, (error, output) => {
      const code = error ? [`[${error.code ?? error.signal}]`] : [];
      done([...normalised(output, names), ...code]);
    });
  });
}
