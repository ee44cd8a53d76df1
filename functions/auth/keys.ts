import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { variable } from '@dormouse/runtime/config';
import { initKeys, rotateKeys } from './key-folder.ts';
import { jwksMaxAgeMs, readKeys } from './keyring.ts';

const help = `The keys that sign access tokens.

  npm run keys:rotate                      add a key; it is published now and signs in 6 minutes
  npm run keys:list                        which keys there are, and from when they sign
  node functions/auth/keys.ts init FOLDER  make a first key, unless FOLDER has one (also without the word init)

  --keys-dir DIR            default: DORMOUSE_HOME/secrets/auth-keys (DORMOUSE_HOME: .dormouse), or KEYS_DIR
  --activate-after SECONDS  when the new key begins to sign; 0 = at once (default 360)
  --drop-others             a key was stolen: sign with the new one at once, forget all others.
                            Access tokens end within minutes, people stay logged in.
  --help`;

/** A minute more than a JWKS may be cached: by then everybody has seen the new key. */
const activateAfterSeconds = jwksMaxAgeMs / 1000 + 60;

/**
 * The program `keys.ts`: prepares and rotates the folder of signing keys.
 * @returns the exit code: 0, or 1 with one line that says what is wrong.
 */
export function keysCommand(args: readonly string[], print: (line: string) => void = console.log): number {
  try {
    return run(args, print);
  } catch (error) {
    print(`keys: ${reason(error as NodeJS.ErrnoException)}`);
    return 1;
  }
}

function reason({ code, syscall, path, message }: NodeJS.ErrnoException): string {
  if (code !== 'ENOENT' || syscall !== 'scandir') return message;
  return `there is no folder ${path}: start the platform once with npm start, or give --keys-dir`;
}

function run(args: readonly string[], print: (line: string) => void): number {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'keys-dir': { type: 'string' },
      'activate-after': { type: 'string', default: String(activateAfterSeconds) },
      'drop-others': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const [command, operand] = positionals;
  if (values.help || command === undefined) {
    print(help);
    return values.help ? 0 : 1;
  }
  const folder = () => keysFolder(values['keys-dir']);
  if (command === 'rotate') return rotate(folder(), seconds(values['activate-after']), values['drop-others'], print);
  if (command === 'list') return list(folder(), print);
  return init(command === 'init' ? (operand ?? folder()) : command, print);
}

/** Where the keys are: as told, else KEYS_DIR, else where the local platform keeps them. */
export function keysFolder(folder?: string): string {
  return resolve(folder ?? variable('KEYS_DIR', join(variable('DORMOUSE_HOME', '.dormouse'), 'secrets/auth-keys')));
}

function init(folder: string, print: (line: string) => void): number {
  const kid = initKeys(folder);
  print(kid ? `made ${kid}` : 'there are keys already: nothing to do');
  return 0;
}

function rotate(folder: string, after: number, dropOthers: boolean, print: (line: string) => void): number {
  const { added, startsAt, dropped } = rotateKeys(folder, { activateAfterMs: after * 1000, dropOthers });
  print(`added ${added}: published now, signs from ${new Date(startsAt).toISOString()}`);
  for (const kid of dropped) print(`dropped ${kid}`);
  return 0;
}

function list(folder: string, print: (line: string) => void): number {
  for (const key of readKeys(folder)) print(`${key.kid}  signs from ${new Date(key.startsAt).toISOString()}`);
  return 0;
}

function seconds(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new Error('--activate-after takes a number of seconds');
  return Number(text);
}

if (import.meta.main) process.exitCode = keysCommand(process.argv.slice(2));
