// Asks a local platform of its own what the API's document allows and what it forbids: `node tests/schemathesis/main.ts PROGRAM [CASES]`, with
// PROGRAM Schemathesis' `st`, CASES how many each operation gets at most when it is fuzzed. Ends with 1 for an answer that the document does not know.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { signAccessToken } from '@dormouse/auth/access-token';
import { openKeyring } from '@dormouse/auth/keyring';
import { runPlatform } from '../platform.ts';

const root = join(import.meta.dirname, '../..');
const [program = 'st', cases = '10'] = process.argv.slice(2);
const subject = { id: 1, name: 'ada', role: 'admin', scope: 'import' } as const;

const platform = await runPlatform();
try {
  await fetch(`${platform.url}/api/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username: subject.name, email: 'ada@example.org', password: 'correct horse battery' }),
  });
  const key = openKeyring(join(platform.home, 'secrets/auth-keys')).signingKey();
  const token = await signAccessToken(key, subject, { issuer: 'https://dormouse.dev', seconds: 3600 });
  process.exitCode = await schemathesis(token);
} finally {
  await platform.stop();
}

/** Runs every check but on the operation that would delete the account which all others need. */
function schemathesis(token: string): Promise<number> {
  const options = ['--url', platform.url, '--max-examples', cases, '--checks', 'all', '--exclude-operation-id'];
  const child = spawn(
    program,
    [
      '--config-file',
      join(import.meta.dirname, 'schemathesis.toml'),
      'run',
      join(root, 'docs/reference/openapi/dormouse.json'),
      ...options,
      'auth.removeMe',
      '--phases',
      'examples,coverage,fuzzing',
      '--continue-on-failure',
      '--no-shrink',
      '--generation-deterministic',
      '--no-color',
    ],
    { stdio: 'inherit', env: { ...process.env, TOKEN: token }, cwd: platform.home },
  );
  return new Promise((done, failed) => child.once('error', failed).once('exit', (code) => done(code ?? 1)));
}
