// `npm run generate`: the manifests that follow from the list of functions in knative/base/kustomization.yaml.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '@dormouse/events/catalogue';
import { generateOrCheck } from '@dormouse/events/generate';
import { parseAllDocuments } from 'yaml';
import { readArchitecture } from './architecture/architecture.ts';
import { createDraw } from './architecture/draw.ts';
import { eventsPicture } from './architecture/events-picture.ts';
import { functionsPicture } from './architecture/functions-picture.ts';
import { architecturePage } from './architecture/page.ts';
import { routesPicture } from './architecture/routes-picture.ts';
import { baseComponent } from './base.ts';
import { componentFiles } from './component.ts';
import { eventPolicyComponent } from './event-policy.ts';
import { dashedSecretsComponent, externalSecretsComponent } from './external-secrets.ts';
import { imageEntries } from './images.ts';
import { meshStrictComponent } from './mesh-strict.ts';
import { networkPolicyComponent } from './network-policy.ts';
import { rateLimitComponent } from './rate-limit.ts';
import { readFunctions } from './read-functions.ts';
import { redisUsers } from './redis.ts';

const root = join(import.meta.dirname, '../..');
const base = readFunctions(root, catalogue);

/** Functions whose policy in the mesh is written by hand. */
function policiesByHand(): string[] {
  const folder = join(root, 'knative/components/mesh-strict');
  const files = base.functions.map(({ name }) => join(folder, `${name}.yaml`));
  return files.flatMap((file) => {
    const text = readIfThere(file);
    return parseAllDocuments(text).flatMap((each) => {
      const { kind, metadata } = (each.toJS() ?? {}) as { kind?: string; metadata?: { name: string } };
      return kind === 'AuthorizationPolicy' && metadata ? [metadata.name] : [];
    });
  });
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

const components = {
  base: baseComponent(base),
  'components/mesh-strict': meshStrictComponent(base, policiesByHand()),
  'components/network-policy': networkPolicyComponent(base),
  'components/external-secrets': externalSecretsComponent(base),
  'components/external-secrets/dashes': dashedSecretsComponent(base),
  'components/event-policy': eventPolicyComponent(base, catalogue),
  'components/rate-limit': rateLimitComponent(base),
};
for (const [name, component] of Object.entries(components))
  generateOrCheck(`knative/${name}/generated`, join(root, 'knative', name, 'generated'), componentFiles(component));

// Without the mark of the others: Redis takes no comments there.
generateOrCheck(
  'knative/components/redis/generated',
  join(root, 'knative/components/redis/generated'),
  new Map([['users.acl', redisUsers(base)]]),
);

for (const name of ['staging', 'production']) {
  const folder = join(root, 'knative/overlays', name, 'images');
  const entries = imageEntries(readFileSync(join(folder, 'kustomization.yaml'), 'utf8'), base);
  generateOrCheck(`knative/overlays/${name}/images`, folder, new Map([['kustomization.yaml', entries]]));
}

const architecture = readArchitecture(root, catalogue);
const draw = await createDraw();
generateOrCheck(
  'docs/reference/architecture',
  join(root, 'docs/reference/architecture'),
  new Map([
    ['README.md', architecturePage(architecture)],
    ['functions.svg', draw(functionsPicture(architecture))],
    ['events.svg', draw(eventsPicture(architecture))],
    ['routes.svg', draw(routesPicture(architecture))],
  ]),
);
