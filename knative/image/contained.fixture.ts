import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasProgram } from '@dormouse/serving/process/has-program';
import type { Image } from './make.ts';

const programs = ['unshare', 'setpriv', 'mount', 'sh'];

/** What running an image as a container runtime does misses on this machine. */
export function missingForContainers(): string[] {
  if (process.platform !== 'linux') return ['Linux'];
  const missing = programs.filter((program) => !hasProgram(program));
  if (missing.length > 0) return missing;
  return spawnSync('unshare', ['--mount', 'true']).status === 0 ? [] : ['the right to mount (root)'];
}

/** An image's files, as a runtime lays them out. */
export interface Contained extends Disposable {
  /**
   * Starts its program, or Node.js of it with other arguments; the child is process 1's counterpart.
   * @param volumes folders of this machine, by where they are mounted
   */
  start(
    env: Record<string, string>,
    args?: readonly string[],
    volumes?: Readonly<Record<string, string>>,
  ): ChildProcess;
}

/**
 * What the kubelet does for `runAsNonRoot`, `readOnlyRootFilesystem`, `allowPrivilegeEscalation: false` and `capabilities: drop: [ALL]`, by
 * util-linux: a mount namespace, a read-only bind mount as root, an account without rights. Network and devices are this machine's.
 */
const contain = `
root=$1 user=$2 folder=$3
shift 3
mount --bind "$root" "$root" && mount --rbind /proc "$root/proc" && mount --rbind /dev "$root/dev" || exit 125
while [ "$1" != -- ]; do
  mount --bind "$2" "$root$1" || exit 125
  shift 2
done
shift
mount --bind -o remount,ro "$root" || exit 125
exec setpriv --clear-groups --no-new-privs --inh-caps=-all unshare --root="$root" --wd="$folder" --setgid "$user" --setuid "$user" "$@"
`;

/** Unpacks an image; disposing of it removes the files. */
export function unpack({ layers, config }: Image): Contained {
  const root = mkdtempSync(join(tmpdir(), 'contained-'));
  for (const { bytes } of layers) execFileSync('tar', ['-xzf', '-', '-C', root], { input: bytes });
  // A runtime makes the folders that it mounts on.
  const makeFolder = (path: string) => mkdirSync(join(root, path), { recursive: true });
  for (const path of ['proc', 'dev']) makeFolder(path);
  const [user = ''] = config.User.split(':');
  const own = Object.fromEntries(config.Env.map((each) => each.split('=')));
  return {
    start(env, args = config.Entrypoint.slice(1), volumes = {}) {
      const command = [config.Entrypoint[0]!, ...args];
      for (const path of Object.keys(volumes)) makeFolder(path);
      const mounted = [...Object.entries(volumes).flat(), '--'];
      const inside = ['-c', contain, 'contain', root, user, config.WorkingDir, ...mounted, ...command];
      const path = { PATH: process.env.PATH };
      // The image's own environment holds inside; outside, PATH finds mount and unshare.
      return spawn('unshare', ['--mount', '--propagation=private', 'sh', ...inside], {
        env: { ...own, ...env, ...path },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    },
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}
