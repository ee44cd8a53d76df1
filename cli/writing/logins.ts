import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import * as v from 'valibot';
import { CommandError } from '../command-error.ts';
import type { Context } from '../context.ts';

/** What `dormouse login` keeps of a blog. */
export interface Login {
  /** Origin of the blog. */
  readonly url: string;
  /** Null of a token that may not read whose it is. */
  readonly username: string | null;
  /** Personal access token. */
  readonly token: string;
  readonly scopes: readonly string[];
  /** RFC 3339; null of a token that was given. */
  readonly expires_at: string | null;
}

const login = v.object({
  url: v.string(),
  username: v.nullable(v.string()),
  token: v.string(),
  scopes: v.array(v.string()),
  expires_at: v.nullable(v.string()),
}) satisfies v.GenericSchema<Login>;

/** The logins of this user of the machine, a file for each blog. */
export interface Logins {
  /** @throws CommandError for a file that is none, or that others can read */
  of(url: string): Login | undefined;
  all(): Login[];
  /** @returns where it is kept */
  keep(login: Login): string;
  forget(url: string): void;
  fileOf(url: string): string;
}

type Env = Pick<Context, 'env'>;

/** A folder of the user's, as the XDG Base Directory Specification names it: relative paths do not count. */
export function userFolder(variable: 'XDG_CONFIG_HOME' | 'XDG_STATE_HOME', otherwise: string, { env }: Env): string {
  const named = env[variable] ?? '';
  return join(isAbsolute(named) ? named : join(env.HOME || homedir(), otherwise), 'dormouse');
}

export function loginsOf(context: Env): Logins {
  const folder = join(userFolder('XDG_CONFIG_HOME', '.config', context), 'logins');
  const fileOf = (url: string) => join(folder, `${url.replace(/[^a-z\d.-]+/gi, '_')}.json`);
  const filesIn = () => {
    try {
      return readdirSync(folder).filter((name) => name.endsWith('.json'));
    } catch {
      return [];
    }
  };
  return {
    fileOf,
    of: (url) => read(fileOf(url)),
    all: () => filesIn().flatMap((name) => read(join(folder, name)) ?? []),
    keep(kept) {
      const file = fileOf(kept.url);
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      // Never readable by others, not even for a moment, and never half a file.
      const written = `${file}.${process.pid}`;
      writeFileSync(written, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
      renameSync(written, file);
      return file;
    },
    forget: (url) => rmSync(fileOf(url), { force: true }),
  };
}

function read(file: string): Login | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new CommandError(`${file} cannot be read: ${code}`);
  }
  if ((statSync(file).mode & 0o077) !== 0)
    throw new CommandError(`${file} can be read by others: "chmod 600" it, or remove it and log in again`);
  const found = v.safeParse(login, parsed(text));
  if (!found.success) throw new CommandError(`${file} is not what "dormouse login" writes: remove it and log in again`);
  return found.output;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
