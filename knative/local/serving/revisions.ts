import { createHash } from 'node:crypto';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Service } from '@dormouse/manifests/model';
import type { Clock } from '@dormouse/time/clock';
import type { Bundle } from './process/bundle.ts';
import type { Child, Output } from './process/child-process.ts';
import type { CommandLine } from './process/environment.ts';
import { argvOf, canBeAddressed, type FolderProgram, workingFolder } from './process/folder-program.ts';
import { freePort } from './process/free-port.ts';
import { instanceAddress } from './process/instance-address.ts';
import type { Outputs } from './process/instance-output.ts';
import { programEnvironment, startProgram } from './process/program-process.ts';
import { Revision } from './revision.ts';

export interface RevisionsOptions {
  home: string;
  cwd: string;
  outputs: Outputs;
  /** A process for a cold start: the prewarmed one or a new one; always a new one for programs that need flags. */
  process: (env: Record<string, string>) => Child;
  environmentOf: (service: Service) => Record<string, string>;
  /** The container's command line, expanded; `set` are the variables that are set for every instance. */
  commandLineOf: (service: Service, set: Readonly<Record<string, string>>) => CommandLine;
  clock: Clock;
  /** Called when an instance starts: from then on the revision needs ticks. */
  awake: () => void;
}

/** Makes Services' revisions, with names as Knative gives them: `posts-00003`. */
export function revisions(options: RevisionsOptions): (service: Service, bundle: Bundle, hash: string) => Revision {
  const { outputs, clock, awake } = options;
  const generations = openGenerations(options.home);
  return (service, bundle, hash) => {
    const name = `${service.name}-${String(generations.of(keyOf(service), hash)).padStart(5, '0')}`;
    let words: () => string | undefined = () => undefined;
    return new Revision({
      name,
      service,
      clock,
      awake,
      say: (line) => outputs.say(line, 'error'),
      lastWords: () => words(),
      async start(instance) {
        const { output, lastWords } = outputs.of(service.name, instance);
        words = lastWords;
        const own = { HOSTNAME: instance, K_SERVICE: service.name, K_CONFIGURATION: service.name, K_REVISION: name };
        if (bundle.unbundled) return startUnbundled(service, bundle.unbundled, { options, own, output });
        const port = await freePort();
        const set = { PORT: String(port), ...own };
        const { args } = options.commandLineOf(service, set);
        const env = { ...options.environmentOf(service), ...set };
        const child = options.process(env);
        child.become({ env, cwd: options.cwd, entry: bundle.entry, args, cache: bundle.cache }, output);
        return { child, port };
      },
    });
  };
}

/** Starts a program that is run as it is: on an address of its own where it can be told to, else with a port of its own. */
async function startUnbundled(
  service: Service,
  program: FolderProgram,
  { options, own, output }: { options: RevisionsOptions; own: Readonly<Record<string, string>>; output: Output },
): Promise<{ child: Child; host: string; port: number }> {
  const { containerPort = 8080, container } = service;
  const addressed = canBeAddressed(argvOf(program, container));
  const address = addressed ? await instanceAddress(containerPort) : { host: '127.0.0.1', port: await freePort() };
  const set = { PORT: String(address.port), ...own };
  const argv = argvOf(program, options.commandLineOf(service, set));
  const env = programEnvironment({ ...options.environmentOf(service), ...set }, program.folder, {
    containerPort,
    address: addressed ? address : undefined,
  });
  const cwd = workingFolder(program.folder, container.workingDir);
  return { child: startProgram({ argv, cwd, env, output, address }), ...address };
}

/** A Service's key: `namespace/name`. */
export const keyOf = ({ namespace, name }: Pick<Service, 'namespace' | 'name'>) => `${namespace}/${name}`;

/** What makes a revision: the Service's template and the program. */
export function hashOf({ origin: _, ...service }: Service, { hash }: Bundle): string {
  return createHash('sha256')
    .update(JSON.stringify([service, hash]))
    .digest('hex');
}

/** Numbers of revisions, kept over restarts: a Service that did not change is the same revision. */
function openGenerations(home: string): { of(key: string, hash: string): number } {
  const file = join(home, 'revisions.json');
  let known: Record<string, { hash: string; generation: number }> = {};
  try {
    known = JSON.parse(readFileSync(file, 'utf8')) as typeof known;
  } catch {
    // none yet
  }
  return {
    of(key, hash) {
      const before = known[key];
      if (before?.hash === hash) return before.generation;
      const generation = (before?.generation ?? 0) + 1;
      known[key] = { hash, generation };
      writeFileSync(`${file}.new`, JSON.stringify(known));
      renameSync(`${file}.new`, file);
      return generation;
    },
  };
}
