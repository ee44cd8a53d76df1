import { join } from 'node:path';
import type { Container } from '@dormouse/manifests/model';
import { runJobs } from '@dormouse/serving/jobs';
import { nodeFlags, startChild } from '@dormouse/serving/process/child-process';
import { resolveEnvironment } from '@dormouse/serving/process/environment';
import type { PrewarmedProcess } from '@dormouse/serving/process/prewarmed-process';
import { prepareSecrets } from '@dormouse/serving/process/secrets';
import { createServices, type Services } from '@dormouse/serving/services';
import type { Inside } from './cluster-services.ts';
import type { Ground } from './platform-context.ts';
import type { Backing } from './start-backing.ts';

/** The Services, and how Secrets and Jobs are brought up to date with the source. */
export interface Functions {
  services: Services;
  secrets(): Promise<void>;
  jobs(): Promise<void>;
}

export async function startFunctions(
  ground: Ground,
  { backing, inside, prewarmed }: { backing: Backing; inside: Inside; prewarmed: PrewarmedProcess },
): Promise<Functions> {
  const { home, root, outputs, progress, ends } = ground;
  const { launcher, database, redis } = backing;
  const environmentOf = environments(ground, (address) => inside.addressOf(address) ?? services.addressOf(address));
  const services = createServices({
    home,
    cwd: root,
    outputs,
    environmentOf,
    tickMs: ground.tickMs ?? 2_000,
    process: (env) => (env.NODE_OPTIONS ? startChild(launcher, env, nodeFlags) : prewarmed.take()),
  });
  ground.services = services;
  ends.add(() => services.close());
  const functions: Functions = {
    services,
    secrets: () =>
      prepareSecrets({
        folder: join(home, 'secrets'),
        recipes: ground.source.provided.secrets,
        databaseUrl: database?.url ?? '',
        redisUrl: redis?.url,
        root,
      }),
    jobs: () =>
      runJobs(ground.source.platform.jobs, {
        home,
        launcher,
        cwd: root,
        outputs,
        database: database ? database.identity : '',
        bundleOf: async (job) => backing.bundles.get(`job ${job.namespace}/${job.name}`)!,
        environmentOf,
        progress,
      }),
  };
  await functions.secrets();
  await services.apply(ground.source.platform.services, backing.bundles);
  await functions.jobs();
  return functions;
}

function environments(ground: Ground, addressOf: (address: string) => string | undefined) {
  const unresolved = new Set<string>();
  return (each: { name: string; namespace: string; container: Container }) =>
    resolveEnvironment(each.name, each.namespace, each.container, {
      platform: ground.source.platform,
      home: ground.home,
      addressOf,
      unresolved(address) {
        if (ground.verbose && !unresolved.has(address)) ground.outputs.say(`${address} leads nowhere on this machine`);
        unresolved.add(address);
      },
    });
}
