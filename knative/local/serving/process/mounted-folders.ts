import { execFile } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** A folder or file of this machine, and the path at which a program finds it. */
export interface Mount {
  from: string;
  mountPath: string;
  readOnly: boolean;
}

/**
 * Gives a program a view of the file system of its own, then runs it there as the same process. The view is a new root that
 * shows what the machine has; an overlay in memory takes what has to be made for a mount path, so that nothing is left behind.
 * Arguments: scratch folder, the program's folder, its working directory, number of mounts, three for each mount, the program.
 */
const script = `
set -e
scratch=$1 program=$2 cwd=$3 count=$4 made=0
shift 4
mount -t tmpfs -o mode=755 dormouse "$scratch"
root=$scratch/root
mkdir "$root"
for each in /* /.[!.]*; do
  if [ -L "$each" ]; then cp -P "$each" "$root$each"
  elif [ -d "$each" ]; then mkdir "$root$each"; mount --rbind "$each" "$root$each"
  elif [ -e "$each" ]; then : > "$root$each"; mount --bind "$each" "$root$each"
  fi
done
while [ "$count" -gt 0 ]; do
  from=$1 to=$2 mode=$3
  shift 3
  count=$((count - 1))
  above=$to
  until [ -e "$root$above" ]; do above=$(dirname "$above"); done
  if [ "$above" != "$to" ] && [ "$above" != / ]; then
    made=$((made + 1))
    mkdir "$scratch/upper$made" "$scratch/work$made"
    chmod "$(stat -c %a "$root$above")" "$scratch/upper$made"
    mount -t overlay dormouse -o "lowerdir=$root$above,upperdir=$scratch/upper$made,workdir=$scratch/work$made" "$root$above"
    case "$program/" in "$above"/*) mount --rbind "$program" "$root$program" ;; esac
  fi
  if [ -d "$from" ]; then mkdir -p "$root$to"
  elif [ ! -e "$root$to" ]; then mkdir -p "$root$(dirname "$to")"; : > "$root$to"
  fi
  mount --rbind "$from" "$root$to"
  if [ "$mode" = ro ]; then mount -o remount,bind,ro "$root$to"; fi
done
exec chroot "$root" /bin/sh -c 'cd "$1" && shift && exec "$@"' sh "$cwd" "$@"
`;

export interface MountedProgram {
  argv: readonly string[];
  cwd: string;
  /** Where the program's sources are. */
  folder: string;
  mounts: readonly Mount[];
}

/** Whether this machine lets programs have mounts of their own, and how. */
export interface Mounting {
  /** Why there are none; undefined where there are. */
  refused: string | undefined;
  /** The command line that runs the program with its mounts, from any working directory. */
  wrap(program: MountedProgram): string[];
}

const asRoot = ['--mount', '--propagation', 'private', '--'];

/**
 * Finds out whether programs can have mounts of their own: as root, or where the kernel lets every user have namespaces
 * (`unshare` of util-linux).
 * @param home DORMOUSE_HOME, where an empty folder is kept to mount on
 */
export async function mounting(home: string): Promise<Mounting> {
  const scratch = join(home, 'volumes', '.mounts');
  mkdirSync(scratch, { recursive: true });
  const flags = process.getuid?.() === 0 ? asRoot : ['--user', '--map-root-user', ...asRoot];
  const wrap = ({ argv, cwd, folder, mounts }: MountedProgram) => {
    const listed = mounts.flatMap(({ from, mountPath, readOnly }) => [from, mountPath, readOnly ? 'ro' : 'rw']);
    return [
      'unshare',
      ...flags,
      '/bin/sh',
      '-c',
      script,
      'sh',
      scratch,
      folder,
      cwd,
      String(mounts.length),
      ...listed,
      ...argv,
    ];
  };
  const tried = wrap({
    argv: ['test', '-d', '/dormouse/mounted'],
    cwd: '/',
    folder: scratch,
    mounts: [{ from: scratch, mountPath: '/dormouse/mounted', readOnly: true }],
  });
  return { refused: await whyNot(tried), wrap };
}

const whyNot = ([program = '', ...args]: readonly string[]): Promise<string | undefined> =>
  new Promise((done) => {
    execFile(program, args, { timeout: 10_000 }, (error, _, stderr) => {
      if (!error) return done(undefined);
      if (error.code === 'ENOENT') return done('there is no "unshare" (util-linux) here');
      done(stderr.trim().split('\n').at(-1) || `unshare ended with ${error.code ?? error.signal}`);
    });
  });
