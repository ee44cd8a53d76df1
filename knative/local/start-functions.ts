import { join } from 'node:path';
import { type JobRunOptions, runJobs } from '@dormouse/serving/jobs';
import { nodeFlags, startChild } from '@dormouse/serving/process/child-process';
import {
  type EnvironmentOptions,
  resolveCommandLine,
  resolveEnvironment,
  resolveVolumes,
} from '@dormouse/serving/process/environment';
import { type Mounting, mounting } from '@dormouse/serving/process/mounted-folders';
import { needsOwnProcess, type PrewarmedProcess } from '@dormouse/serving/process/prewarmed-process';
import { prepareSecrets } from '@dormouse/serving/process/secrets';
import type { Contained, ContainerOptions } from '@dormouse/serving/process/start-container';
import { createServices, type Services } from '@dormouse/serving/services';
import { createWorkers, type Workers } from '@dormouse/serving/workers';
import type { ClusterServices } from './cluster-services.ts';
import { inspectorPorts, startInspected } from './inspect.ts';
import type { PlatformContext } from './platform-context.ts';
import type { BackingServices } from './start-backing-services.ts';

/** The Services and workers, and functions that apply the source's Secrets and Jobs. */
export interface Functions {
  services: Services;
  /** Started by `apply`, once events are taken. */
  workers: Workers;
  secrets(): Promise<void>;
  jobs(): Promise<void>;
  /** How a Job is run. */
  jobRuns: JobRunOptions;
}

export async function startFunctions(
  context: PlatformContext,
  {
    backingServices,
    clusterServices,
    prewarmed,
  }: { backingServices: BackingServices; clusterServices: ClusterServices; prewarmed: PrewarmedProcess },
): Promise<Functions> {
  const { home, root, outputs, progress, cleanup } = context;
  const { launcher, database, redis } = backingServices;
  const resolving = environments(
    context,
    (address) => clusterServices.addressOf(address) ?? services.addressOf(address),
  );
  const environmentOf = ({ name, namespace, container }: Contained) =>
    resolveEnvironment(name, namespace, container, resolving());
  const commandLineOf = ({ name, namespace, container }: Contained, set: Readonly<Record<string, string>> = {}) =>
    resolveCommandLine(name, namespace, container, set, resolving());
  let mounts: Promise<Mounting> | undefined;
  const containers: Omit<ContainerOptions, 'process'> = {
    cwd: root,
    environmentOf,
    commandLineOf,
    volumesOf: ({ name, namespace, container }) => resolveVolumes(name, namespace, container, resolving()),
    mounting: () => (mounts ??= mounting(home)),
    say: (line) => outputs.say(line, 'error'),
  };
  const ports = inspectorPorts(context.inspect ?? []);
  const inspected = startInspected(launcher);
  const services = createServices({
    ...containers,
    home,
    outputs,
    tickMs: context.tickMs ?? 2_000,
    requests: context.telemetry.requests,
    process: (env) => {
      const port = ports.get(env.K_SERVICE ?? '');
      if (port !== undefined) return inspected(env, port);
      return needsOwnProcess(env) ? startChild(launcher, env, nodeFlags) : prewarmed.take();
    },
  });
  context.services = services;
  cleanup.defer(() => services.close());
  const jobRuns = { ...containers, process: (env: Record<string, string>) => startChild(launcher, env), outputs };
  const workers = createWorkers(jobRuns);
  const functions: Functions = {
    services,
    workers,
    jobRuns,
    secrets: () =>
      prepareSecrets({
        folder: join(home, 'secrets'),
        recipes: context.source.localConfig.secrets,
        databaseUrl: database?.url ?? '',
        redisUrlOf: redis?.urlOf,
        root,
      }),
    jobs: () =>
      runJobs(context.source.platform.jobs, {
        ...jobRuns,
        home,
        database: database ? database.identity : '',
        bundleOf: async (job) => backingServices.bundles.get(`job ${job.namespace}/${job.name}`)!,
        progress,
      }),
  };
  await functions.secrets();
  await services.apply(context.source.platform.services, backingServices.bundles);
  await functions.jobs();
  return functions;
}

function environments(
  context: PlatformContext,
  addressOf: (address: string) => string | undefined,
): () => EnvironmentOptions {
  const unresolved = new Set<string>();
  return () => ({
    platform: context.source.platform,
    home: context.home,
    addressOf,
    unresolved(address) {
      if (context.verbose && !unresolved.has(address)) context.outputs.say(`${address} leads nowhere on this machine`);
      unresolved.add(address);
    },
  });
}
