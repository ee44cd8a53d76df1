import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withDefaults } from '@dormouse/manifests/knative-defaults';
import { renderFolder } from '@dormouse/manifests/kustomize/render-folder';
import { readPlatform } from '@dormouse/manifests/readers/read-platform';
import { afterAll, describe, expect, it } from 'vitest';
import { samples } from './knative-docs.fixture.ts';
import { loadOverlay } from './load.ts';

const folder = mkdtempSync(join(tmpdir(), 'dormouse-docs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What starting the sample's folder says of its manifests. */
async function said(index: number): Promise<string> {
  const { manifest, beside = [] } = samples[index]!;
  const own = join(folder, String(index));
  mkdirSync(own);
  for (const [name, text] of [manifest, ...beside].entries())
    writeFileSync(join(own, name === 0 ? 'sample.yaml' : `beside-${name}.yaml`), text);
  return loadOverlay(own, folder).then(
    () => 'accepted',
    (error: Error) => error.message.replace(`${own}/`, ''),
  );
}

describe("the shapes of knative/docs' samples", () => {
  it.for(samples.map(({ path }, index) => [path, index] as const))('%s', async ([, index]) => {
    const { refused } = samples[index]!;
    expect(await said(index)).toBe(refused ? `sample.yaml:${refused}` : 'accepted');
  });

  it('mean the same with the defaults of the webhooks', () => {
    const accepted = samples.flatMap(({ refused }, index) => (refused ? [] : String(index)));
    for (const name of accepted) {
      const { rendered } = renderFolder(join(folder, name));
      const full = rendered.map((each) => ({ ...each, manifest: withDefaults(each.manifest) }));
      expect(readPlatform(full), samples[Number(name)]!.path).toEqual(readPlatform(rendered));
    }
  });

  it('are accepted, but for those that need Kafka, Camel K or a cluster', () => {
    expect(samples).toHaveLength(71);
    expect(samples.filter(({ refused }) => !refused).length).toBeGreaterThanOrEqual(64);
  });
});
