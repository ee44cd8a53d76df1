import type { Container } from '@dormouse/manifests/model';
import type { Bundle } from './bundle.ts';
import type { Child, Output } from './child-process.ts';
import { runProbeCommand } from './command-probe.ts';
import type { CommandLine } from './environment.ts';
import { argvOf, type FolderProgram, workingFolder } from './folder-program.ts';
import type { InstanceAddress } from './instance-address.ts';
import type { Mount, Mounting } from './mounted-folders.ts';
import { programEnvironment, startProgram } from './program-process.ts';

/** A container, and whose it is. */
export interface Contained {
  name: string;
  namespace: string;
  container: Container;
}

/** What every container of the platform is started with. */
export interface ContainerOptions {
  /** Where bundled programs run. */
  cwd: string;
  /** A process for a bundled program. */
  process: (env: Record<string, string>) => Child;
  /** Variables as the manifest says; paths of its volumes in them are those of this machine. */
  environmentOf: (contained: Contained) => Record<string, string>;
  /** The command line, expanded; `set` are the variables that are set for every instance. */
  commandLineOf: (contained: Contained, set: Readonly<Record<string, string>>) => CommandLine;
  /** Its volumes, made if need be. @throws Error naming the Secret or ConfigMap that is missing */
  volumesOf: (contained: Contained) => Mount[];
  /** Whether programs can have mounts of their own; asked by the first that needs some. */
  mounting: () => Promise<Mounting>;
  /** Called with what the user should know. */
  say: (line: string) => void;
}

export interface ContainerStart {
  bundle: Bundle;
  /** Variables that are set for every instance. */
  set: Readonly<Record<string, string>>;
  output: Output;
  /** Where it listens, and whether it has to be told so. */
  address?: InstanceAddress | undefined;
  addressed?: boolean;
  /** It reaches the containers beside it at `localhost`. */
  shared?: boolean;
  containerPort?: number;
}

export interface StartedContainer {
  child: Child;
  /** Runs a command of a probe as the container would. */
  exec: (command: readonly string[], timeoutMs: number) => Promise<string | undefined>;
}

/** Starts a container's process: bundled, or as it is with its volumes at their paths where this machine lets it. */
export async function startContainer(
  contained: Contained,
  start: ContainerStart,
  options: ContainerOptions,
): Promise<StartedContainer> {
  const { unbundled } = start.bundle;
  return unbundled ? startAsItIs(contained, unbundled, start, options) : startBundled(contained, start, options);
}

function startBundled(
  contained: Contained,
  { bundle: { entry, cache }, set, output }: ContainerStart,
  { cwd, environmentOf, commandLineOf, process }: ContainerOptions,
): StartedContainer {
  const { args } = commandLineOf(contained, set);
  const env = { ...environmentOf(contained), ...set };
  const child = process(env);
  child.become({ env, cwd, entry, args, cache }, output);
  return { child, exec: (command, timeoutMs) => runProbeCommand(command, { cwd, env }, timeoutMs) };
}

async function startAsItIs(
  contained: Contained,
  program: FolderProgram,
  { set, output, address, addressed, shared, containerPort = 0 }: ContainerStart,
  options: ContainerOptions,
): Promise<StartedContainer> {
  const { mounts, wrap } = await viewOf(contained, options);
  // With mounts of its own the paths of its volumes are what they say.
  const seen = wrap ? { ...contained, container: { ...contained.container, volumes: [] } } : contained;
  const cwd = workingFolder(program.folder, contained.container.workingDir);
  const env = programEnvironment({ ...options.environmentOf(seen), ...set }, program.folder, {
    containerPort,
    address: addressed ? address : undefined,
    shared,
  });
  const placed = (argv: readonly string[]) => wrap?.({ argv, cwd, folder: program.folder, mounts }) ?? argv;
  const argv = placed(argvOf(program, options.commandLineOf(seen, set)));
  return {
    child: startProgram({ argv, cwd, env, output, address }),
    exec: (command, timeoutMs) =>
      runProbeCommand(placed(argvOf(program, { command, args: [] })), { cwd, env }, timeoutMs),
  };
}

const told = new Set<string>();

/** The container's mounts, and how its program gets them; without `wrap` it has to be told where they are. */
async function viewOf(
  contained: Contained,
  { volumesOf, mounting, environmentOf, commandLineOf, say }: ContainerOptions,
): Promise<{ mounts: Mount[]; wrap?: Mounting['wrap'] }> {
  if (contained.container.volumes.length === 0) return { mounts: [] };
  const mounts = volumesOf(contained);
  const { refused, wrap } = await mounting();
  if (refused === undefined) return { mounts, wrap };
  const { command, args } = commandLineOf(contained, {});
  const words = [...Object.values(environmentOf(contained)), ...command, ...args].join('\n');
  for (const { from, mountPath } of mounts) {
    const key = `${contained.namespace}/${contained.name} ${mountPath}`;
    if (words.includes(from) || told.has(key)) continue;
    told.add(key);
    say(
      `${contained.name}: ${mountPath} is not there on this machine (${refused}); its files are in ${from}. Give the container a variable with the path, such as CONFIG_DIR=${mountPath}: here its value is that folder`,
    );
  }
  return { mounts };
}
