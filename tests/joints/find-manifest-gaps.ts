import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { functionFolders, publicPaths, routesOf } from '@dormouse/cli/new/function-routes';
import { readLocalConfig } from '@dormouse/manifests/local-config';
import { atEachFunction, type Finding, hasMigrations, type Project } from './project.ts';

/** Functions without their part of the manifests, and manifests without a function. */
export async function findManifestGaps(project: Project): Promise<Finding[]> {
  const { functions, platform } = project;
  const deployed = [...platform.services, ...platform.jobs];
  return [
    ...functions
      .filter((name) => !deployed.some((each) => each.name === name) && isListed(project.root, name))
      .map((name) => `knative/base/${name}.yaml has no Service: write one with the name ${name}`),
    ...deployed.flatMap((each) => findImageGaps(each, project)),
    ...functions.flatMap((name) => findFileGaps(name, project)),
    ...functions.flatMap((name) => findAccountGaps(name, project)),
    ...(await atEachFunction(project, findApiGap)),
    ...(await findSecretGaps(project)),
  ];
}

const isListed = (root: string, name: string) =>
  readFileSync(join(root, 'knative/base/kustomization.yaml'), 'utf8').includes(`  - ${name}.yaml\n`);

/** Functions that the base does not list; without them its manifests need not even render. */
export function findUnlisted(root: string): Finding[] {
  const line = (name: string) => `add "- ${name}.yaml" to knative/base/kustomization.yaml, resources:`;
  const known = functionFolders(root);
  const unknown = readdirSync(join(root, 'functions')).filter(
    (name) => /^[a-z]/.test(name) && !known.includes(name) && existsSync(join(root, 'functions', name, 'main.ts')),
  );
  return [
    ...known
      .filter((name) => !isListed(root, name))
      .map((name) =>
        existsSync(join(root, 'knative/base', `${name}.yaml`))
          ? `functions/${name} has no Service: ${line(name)}`
          : `functions/${name} has no Service: write knative/base/${name}.yaml, and ${line(name)}`,
      ),
    ...unknown.map(
      (name) =>
        `functions/${name} has no package.json: write one with "name": "@dormouse/${name}", as functions/posts has one`,
    ),
  ];
}

function findImageGaps(
  { name, container }: { name: string; container: { image: string } },
  { root }: Project,
): Finding[] {
  const image = `dev.local/dormouse/${name}:dev`;
  return [
    ...(existsSync(join(root, 'functions', name, 'main.ts'))
      ? []
      : [`${name} has no program: write functions/${name}/main.ts, or take ${name}.yaml out of knative/base`]),
    ...(container.image === image
      ? []
      : [`${name} runs the image ${container.image}: write "image: ${image}" in knative/base/${name}.yaml`]),
  ];
}

/** With the account of another function it would have that one's rights. */
function findAccountGaps(name: string, { accounts }: Project): Finding[] {
  if (!accounts.has(name) || accounts.get(name) === name) return [];
  return [
    `${name} runs as ${accounts.get(name) ?? 'nobody'}: write "serviceAccountName: ${name}" in knative/base/${name}.yaml`,
  ];
}

function findFileGaps(name: string, { root }: Project): Finding[] {
  const folder = join(root, 'functions', name);
  const main = existsSync(join(folder, 'main.ts')) ? readFileSync(join(folder, 'main.ts'), 'utf8') : '';
  const usesDatabase = /\(\{[^}]*\b(sql|outbox)\b[^}]*\}\)\s*=>/.test(main);
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const migrations = hasMigrations({ root }, name);
  const served = /\bserve\(\s*'([^']*)'/.exec(main)?.[1] ?? name;
  const isTested = ['app.test.ts', 'main.test.ts', 'clients.test.ts'].some((file) => existsSync(join(folder, file)));
  return [
    ...(served === name
      ? []
      : [
          `functions/${name}/main.ts serves ${served}, whose role and keys it lacks: write "serve('${name}', …)" there`,
        ]),
    ...(usesDatabase && !migrations
      ? [`functions/${name}/main.ts takes sql or outbox: add a table, functions/${name}/migrations/001-….sql`]
      : []),
    ...(migrations && main.includes('database: false')
      ? [`functions/${name} has migrations: remove "database: false" from functions/${name}/main.ts`]
      : []),
    ...(isTested ? [] : [`functions/${name} has no test: add functions/${name}/app.test.ts`]),
    ...(lock.includes(`"functions/${name}": {`)
      ? []
      : [`functions/${name} is not in package-lock.json: run npm install`]),
  ];
}

async function findApiGap(name: string, { root }: Project): Promise<Finding[]> {
  const paths = publicPaths(await routesOf(root, name));
  if (paths.length === 0 || name === 'relay' || existsSync(join(root, 'functions', name, 'api.ts'))) return [];
  return [`functions/${name} answers ${paths[0]}, and describes nothing: add functions/${name}/api.ts`];
}

/** Secrets that `npm start` would not know how to make. */
async function findSecretGaps({ root, platform }: Project): Promise<Finding[]> {
  const { secrets } = await readLocalConfig(join(root, 'knative/overlays/local'), root);
  const file = 'knative/overlays/local/platform.yaml';
  return [...platform.services, ...platform.jobs].flatMap(({ name, container }) =>
    [...container.env, ...container.volumes.map(({ source }) => source)].flatMap((source) =>
      (source.kind === 'secret' || source.kind === 'secretKey') &&
      !secrets.has(source.from) &&
      !('optional' in source && source.optional)
        ? [
            `${name} reads the Secret ${source.from}, which npm start cannot make: add "${source.from}:" to ${file}, secrets:`,
          ]
        : [],
    ),
  );
}
