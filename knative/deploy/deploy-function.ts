import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { canaryQuestions } from '@dormouse/observability/canary';
import { hasProgram } from '@dormouse/serving/process/has-program';
import { type CanaryPlan, runCanary } from './canary.ts';
import { createCanaryJudge } from './canary-judge.ts';
import { deploy, deployCanary, endPreview, promote, type Roll, rollback } from './deploy.ts';
import { inNamespace, manifestsOf, withImage } from './function-manifests.ts';
import { byKn, type Cluster, withoutChange } from './kn.ts';
import { demandOwnAddresses, renderOverlay } from './overlay.ts';
import { prometheusAt } from './prometheus.ts';
import { written } from './render.ts';

export interface DeployOptions {
  /** One of knative/overlays. */
  overlay: string;
  /** Instead of the overlay's image. */
  image?: string | undefined;
  /** Instead of the overlay's namespace. */
  namespace?: string | undefined;
  /** Name of the canary's traffic target. */
  tag?: string | undefined;
  /** Per cent of the requests for the canary; 0 makes a preview. */
  percent: number;
  promote: boolean;
  rollback: boolean;
  /** The revision to go back to. */
  to?: string | undefined;
  /** The preview whose tag is taken away. */
  untag?: string | undefined;
  /** How long to wait until a change is ready, in seconds. */
  waitSeconds?: number | undefined;
  /** Watches the canary by what Prometheus at this address says, and promotes it or takes it back. */
  judged?: { plan: Omit<CanaryPlan, 'tag'>; prometheus: string } | undefined;
  /** Argo CD applies the manifest; here only requests are split. */
  appliedElsewhere?: boolean | undefined;
  /** Looks at the cluster and changes nothing. */
  dryRun: boolean;
  /** Folder for the manifests. */
  output: string;
}

/** One function of an overlay onto the cluster that kn talks to, by plain kn commands that it shows. @throws DeployError */
export async function deployFunction(name: string, options: DeployOptions): Promise<void> {
  const roll = await prepare(name, options);
  const kn = byKn(name, roll.namespace);
  const cluster = options.dryRun ? withoutChange(kn, name) : kn;
  if (options.promote) await promote(cluster, roll);
  else if (options.rollback) await rollback(cluster, roll, console.log, options.to);
  else if (options.untag) await endPreview(cluster, roll, options.untag);
  else if (options.judged && options.tag) await judged(cluster, roll, options.tag, options.judged);
  else if (options.tag) await deployCanary(cluster, roll, { tag: options.tag, percent: options.percent });
  else await deploy(cluster, roll);
  if (!options.dryRun) await cluster.run(['kn', 'revision', 'list', '-s', name, '-n', roll.namespace]);
}

/** A canary that is promoted or taken back, also when somebody ends the program. */
async function judged(
  cluster: Cluster,
  roll: Roll,
  tag: string,
  { plan, prometheus }: NonNullable<DeployOptions['judged']>,
): Promise<void> {
  const ended = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort());
  const ask = prometheusAt(prometheus);
  const judgeOf = (revision: string) => createCanaryJudge(canaryQuestions(roll.name, revision), ask);
  await runCanary(cluster, roll, { ...plan, tag }, { judgeOf, signal: ended.signal });
}

/** Writes what will be applied to files, so that the commands can be repeated by hand. */
async function prepare(name: string, options: DeployOptions): Promise<Roll> {
  const { overlay, image, namespace, output, waitSeconds, appliedElsewhere } = options;
  const manifests = await renderOverlay(overlay);
  demandOwnAddresses(overlay, manifests);
  const { service, needs } = manifestsOf(name, manifests);
  const targetNamespace = namespace ?? service.metadata.namespace ?? 'default';
  const folder = join(output, overlay);
  const write = (file: string, content: string) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, file), content);
    return relative('.', join(folder, file));
  };
  const file = write(
    `${name}.yaml`,
    written([inNamespace(image ? withImage(service, image) : service, targetNamespace)]),
  );
  const needed = write(`${name}-needs.yaml`, written(needs.map((each) => inNamespace(each, targetNamespace))));
  if (!hasProgram('kubectl'))
    console.error(
      `deploy: kubectl is not on the PATH: what is in ${needed} must be there already, and no --rollback will know who served before`,
    );
  return {
    name,
    namespace: targetNamespace,
    file,
    needs: hasProgram('kubectl') ? needed : undefined,
    waitSeconds,
    appliedElsewhere,
  };
}
