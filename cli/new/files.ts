import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { uuidv7 } from '@dormouse/runtime/ids';
import { catalogueWith, kustomizationWith, lockWith, routesWith } from './edits.ts';
import type { NewFunction } from './new-function.ts';
import { apiTemplate } from './templates/api.ts';
import { appTemplate } from './templates/app.ts';
import { contractTemplate, exampleTemplate } from './templates/event.ts';
import { manifestTemplate, routesTemplate } from './templates/manifest.ts';
import { pageTemplate } from './templates/page.ts';
import { mainTemplate, packageTemplate } from './templates/program.ts';
import { migrationTemplate, storeTemplate } from './templates/store.ts';
import { appTestTemplate, storeTestTemplate } from './templates/tests.ts';

/** Files of a project by their path, as they shall be. */
export interface Files {
  created: ReadonlyMap<string, string>;
  changed: ReadonlyMap<string, string>;
}

/** What is written for a function; what follows from it is left to `npm run generate`. */
export function filesFor(wanted: NewFunction, root: string, now: Date): Files {
  const { name, path, hasTable, emits } = wanted;
  const read = (file: string) => readFileSync(join(root, file), 'utf8');
  const here = `functions/${name}`;
  const manifest = packageTemplate(wanted, JSON.parse(read('functions/categories/package.json')).dependencies);
  const created = new Map([
    [`${here}/package.json`, manifest],
    [`${here}/main.ts`, mainTemplate(wanted)],
    [`${here}/app.ts`, appTemplate(wanted)],
    [`${here}/app.test.ts`, appTestTemplate(wanted)],
    [`knative/base/${name}.yaml`, manifestTemplate(wanted)],
  ]);
  const changed = new Map([
    ['knative/base/kustomization.yaml', kustomizationWith(read('knative/base/kustomization.yaml'), name)],
    ['package-lock.json', lockWith(read('package-lock.json'), JSON.parse(manifest))],
  ]);
  if (path) {
    created.set(`${here}/api.ts`, apiTemplate(wanted));
    created.set(`${here}/page.ts`, pageTemplate(wanted));
    changed.set('knative/base/gateway.yaml', routesWith(read('knative/base/gateway.yaml'), routesTemplate(name, path)));
  }
  if (hasTable) {
    created.set(`${here}/store.ts`, storeTemplate(wanted));
    created.set(`${here}/store.test.ts`, storeTestTemplate(wanted));
    created.set(`${here}/migrations/001-entries.sql`, migrationTemplate(wanted));
  }
  if (emits) {
    created.set(`events/${emits.aggregate}.ts`, contractTemplate(wanted, emits));
    const example = exampleTemplate(wanted, emits, { id: uuidv7(now.getTime()), time: now.toISOString() });
    created.set(`events/examples/${emits.type}/first.json`, example);
    changed.set('events/catalogue.ts', catalogueWith(read('events/catalogue.ts'), emits));
  }
  return { created, changed };
}
