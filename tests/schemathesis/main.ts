// Asks a local platform of its own what the API's document allows and what it forbids:
// `node tests/schemathesis/main.ts PROGRAM [CASES [SEED ROLE...]]`, with PROGRAM Schemathesis' `st`, CASES how many each operation gets at most
// when it is fuzzed. CI asks for the same cases each time, as an administrator; with a seed and roles (`nobody` sends no token) each asks for its own.
// Ends with 1 for an answer that the document does not know.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { signAccessToken } from '@dormouse/auth/access-token';
import { openKeyring } from '@dormouse/auth/keyring';
import { type Role, roles } from '@dormouse/runtime/caller';
import { programTokenSeconds } from '@dormouse/runtime/token-life';
import { runPlatform } from '../platform.ts';

const root = join(import.meta.dirname, '../..');
const [program = 'st', cases = '10', seed, ...asked] = process.argv.slice(2);
const names = ['ada', 'bea', 'cyd', 'dan', 'eva'] as const;
const generation = seed === undefined ? ['--generation-deterministic'] : ['--seed', seed, '--workers', '2'];

const platform = await runPlatform();
try {
  for (const username of names)
    await fetch(`${platform.url}/api/register`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, email: `${username}@example.org`, password: 'correct horse battery' }),
    });
  for (const as of asked.length === 0 ? ['admin'] : asked) {
    if (asked.length > 0) console.log(`\nAs ${as}, seed ${seed}`);
    if ((await schemathesis(as)) !== 0) process.exitCode = 1;
  }
} finally {
  await platform.stop();
}

async function tokenOf(role: Role): Promise<string> {
  const id = roles.indexOf(role) === -1 ? undefined : ['admin', ...roles.slice(0, -1)].indexOf(role) + 1;
  if (id === undefined) throw new Error(`there is no role ${role}; there are ${roles.join(', ')} and nobody`);
  const subject = { id, name: names[id - 1]!, role, ...(role === 'admin' && { scope: 'import' }) };
  const key = openKeyring(join(platform.home, 'secrets/auth-keys')).signingKey();
  return signAccessToken(key, subject, { issuer: 'https://dormouse.dev', seconds: programTokenSeconds });
}

/** What runs expect; for nobody without its token. */
function configuration(as: string): string {
  const file = join(import.meta.dirname, 'schemathesis.toml');
  if (as !== 'nobody') return file;
  const anonymous = join(platform.home, 'nobody.toml');
  writeFileSync(anonymous, readFileSync(file, 'utf8').replace(/^\[auth\.openapi\.token\]\n.*\n/m, ''));
  return anonymous;
}

/** Runs every check but on the operation that would delete the account which all others need. */
async function schemathesis(as: string): Promise<number> {
  const token = as === 'nobody' ? '' : await tokenOf(as as Role);
  const options = ['--url', platform.url, '--max-examples', cases, '--checks', 'all', '--exclude-operation-id'];
  const child = spawn(
    program,
    [
      '--config-file',
      configuration(as),
      'run',
      join(root, 'docs/reference/openapi/dormouse.json'),
      ...options,
      'auth.removeMe',
      '--phases',
      'examples,coverage,fuzzing',
      '--continue-on-failure',
      '--no-shrink',
      ...generation,
      '--no-color',
    ],
    { stdio: 'inherit', env: { ...process.env, TOKEN: token }, cwd: platform.home },
  );
  return new Promise((done, failed) => child.once('error', failed).once('exit', (code) => done(code ?? 1)));
}
