import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { render } from '@dormouse/manifests/kustomize/kustomize';
import { needs } from '@dormouse/tests/needs';
import type { ICronJobSpec } from 'kubernetes-models/batch/v1/CronJobSpec';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { check } from './check.ts';
import { kustomize } from './kubectl.ts';
import { find, type Manifest, shown } from './manifest.ts';
import { podOf } from './pods.ts';

const knative = join(import.meta.dirname, '..');

describe('the component backup', () => {
  let work: string;
  beforeAll(() => {
    mkdirSync(join(knative, '../.dormouse'), { recursive: true });
    work = mkdtempSync(join(knative, '../.dormouse/backup-'));
  });
  afterAll(() => rmSync(work, { recursive: true }));

  function rendered(...components: string[]): Manifest[] {
    const folder = mkdtempSync(join(work, 'overlay-'));
    const path = (to: string) => relative(folder, join(knative, to));
    const kustomization = {
      namespace: 'dormouse',
      resources: [path('base')],
      components: components.map((name) => path(`components/${name}`)),
    };
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
    return render(folder).map(({ manifest }) => manifest as Manifest);
  }
  const cronJob = (manifests: readonly Manifest[]) => find(manifests, 'CronJob.batch', 'dormouse', 'backup')!;
  const containerOf = (manifests: readonly Manifest[]) => podOf(cronJob(manifests))!.spec.containers[0]!;

  test('has nothing wrong, with a bucket and with a volume', async () => {
    for (const components of [
      ['backup'],
      ['backup', 'backup/volume'],
      ['backup', 'postgres', 'redis', 'network-policy'],
    ])
      expect((await check(rendered(...components))).map(shown), components.join()).toEqual([]);
  });

  test('gives its password to the Job that migrates, under the name that it reads', () => {
    const job = podOf(find(rendered('backup'), 'Job.batch', 'dormouse', 'migrate')!)!;
    expect(job.spec.containers[0]!.envFrom).toContainEqual({
      prefix: 'BACKUP_',
      secretRef: { name: 'backup-database' },
    });
  });

  test('makes no second backup beside one that runs, and carries no token', () => {
    const manifests = rendered('backup');
    expect((cronJob(manifests).spec as ICronJobSpec).concurrencyPolicy).toBe('Forbid');
    expect(find(manifests, 'ServiceAccount', 'dormouse', 'backup')).toMatchObject({
      automountServiceAccountToken: false,
    });
    expect(podOf(cronJob(manifests))!.spec.serviceAccountName).toBe('backup');
  });

  test('removes none by itself, where it goes to a bucket', () => {
    expect(containerOf(rendered('backup')).env).toEqual([{ name: 'BACKUP_KEEP_NEWEST', value: '0' }]);
  });

  test('keeps a month of them on a volume that its account may write', () => {
    const manifests = rendered('backup', 'backup/volume');
    const { volumes, securityContext } = podOf(cronJob(manifests))!.spec;
    expect(find(manifests, 'PersistentVolumeClaim', 'dormouse', 'backups')).toBeDefined();
    expect(volumes).toEqual([{ name: 'backups', persistentVolumeClaim: { claimName: 'backups' } }]);
    expect(securityContext).toMatchObject({ fsGroup: 65532 });
    const { env, volumeMounts } = containerOf(manifests);
    const place = env!.find(({ name }) => name === 'BACKUP_PLACE')!.value;
    expect(volumeMounts).toEqual([{ name: 'backups', mountPath: place }]);
    expect(env).toContainEqual({ name: 'BACKUP_KEEP_DAILY', value: '30' });
  });

  test('is let through to PostgreSQL', () => {
    const manifests = rendered('backup', 'postgres', 'network-policy');
    const { ingress } = find(manifests, 'NetworkPolicy.networking.k8s.io', 'dormouse', 'postgres')!.spec as {
      ingress: { from: object[] }[];
    };
    expect(ingress[0]!.from).toContainEqual({ podSelector: { matchLabels: { app: 'backup' } } });
    expect(podOf(cronJob(manifests))!.labels).toMatchObject({ app: 'backup', 'sidecar.istio.io/inject': 'false' });
  });

  test.each(['staging', 'production'])('has its image and its sidecar in %s', needs('kubectl'), async (name) => {
    const { labels, spec } = podOf(cronJob(await kustomize(join(knative, 'overlays', name))))!;
    expect(spec.containers[0]!.image).toMatch(/^registry\.dormouse\.dev\/dormouse\/backup[:@]/);
    expect(labels).toMatchObject({ app: 'backup', 'sidecar.istio.io/inject': 'true' });
  });
});
