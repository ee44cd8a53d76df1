import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { copyCheckout } from '../checkout-copy.ts';

let copy: string;
let whole: string;
/** What the gaps below touch; brought back after each. */
const touched = ['functions/naps', 'knative', 'events', 'docs/reference/openapi', 'package-lock.json'];

const node = (...args: string[]) =>
  new Promise<string[]>((done) => {
    execFile(process.execPath, args, { cwd: copy }, (_, out) => done(out.split('\n').filter((line) => line !== '')));
  });

beforeAll(async () => {
  copy = copyCheckout();
  const events = 'dev.dormouse.nap.begun.v1,dev.dormouse.post.published.v1';
  await node('cli/dormouse.mjs', 'new', 'naps', '--path', '/naps', '--table', '--events', events);
  whole = mkdtempSync(join(tmpdir(), 'whole-'));
  for (const path of touched) cpSync(join(copy, path), join(whole, path), { recursive: true });
});
afterAll(() => {
  for (const folder of [copy, whole]) rmSync(folder, { recursive: true });
});

function restore(): void {
  for (const path of touched) {
    rmSync(join(copy, path), { recursive: true, force: true });
    cpSync(join(whole, path), join(copy, path), { recursive: true });
  }
}

const change = (path: string, from: string | RegExp, to: string) => {
  const text = readFileSync(join(copy, path), 'utf8');
  expect(text.replace(from, to)).not.toBe(text);
  writeFileSync(join(copy, path), text.replace(from, to));
};
const remove = (path: string) => {
  expect(existsSync(join(copy, path))).toBe(true);
  rmSync(join(copy, path), { recursive: true });
};

const routes = / {4}- name: naps\n(?: {6,}.*\n)+/g;
const published = 'dev.dormouse.post.published.v1';
const begun = 'dev.dormouse.nap.begun.v1';

/** A part that is missing or wrong, and a part of the sentence that names it. */
const gaps: Record<string, [plant: () => void, says: string]> = {
  'the line in the list of resources': [
    () => change('knative/base/kustomization.yaml', '  - naps.yaml\n', ''),
    'functions/naps has no Service: add "- naps.yaml" to knative/base/kustomization.yaml, resources:',
  ],
  'the manifest': [() => remove('knative/base/naps.yaml'), 'naps.yaml: no such file'],
  'manifest and line': [
    () => {
      remove('knative/base/naps.yaml');
      change('knative/base/kustomization.yaml', '  - naps.yaml\n', '');
      change('knative/base/gateway.yaml', routes, '');
    },
    'functions/naps has no Service: write knative/base/naps.yaml, and add "- naps.yaml" to',
  ],
  'the program': [() => remove('functions/naps/main.ts'), 'naps has no program: write functions/naps/main.ts'],
  'the right account': [
    () => change('knative/base/naps.yaml', 'serviceAccountName: naps', 'serviceAccountName: posts'),
    'naps runs as posts: write "serviceAccountName: naps" in knative/base/naps.yaml',
  ],
  'the right name': [
    () => change('functions/naps/main.ts', "'naps'", "'nap'"),
    'functions/naps/main.ts serves nap, whose role and keys it lacks: write "serve(\'naps\', …)" there',
  ],
  'the package': [
    () => remove('functions/naps/package.json'),
    'functions/naps has no package.json: write one with "name": "@dormouse/naps"',
  ],
  'the contract': [
    () => {
      remove('events/nap.ts');
      change('events/catalogue.ts', /.*nap.*\n/g, '');
    },
    'functions/naps/store.ts imports events/nap.ts, which is not there: write it, or remove the import',
  ],
  'the page': [
    () => remove('functions/naps/page.ts'),
    'functions/naps/app.ts imports functions/naps/page.ts, which is not there: write it, or remove the import',
  ],
  'the schema of the event': [
    () => remove(`events/generated/schemas/${begun}.json`),
    `events/generated/schemas/${begun}.json is out of date: run npm run generate`,
  ],
  'the document of its API': [
    () => remove('docs/reference/openapi/naps.json'),
    'docs/reference/openapi/naps.json is out of date: run npm run generate',
  ],
  'the right image': [
    () => change('knative/base/naps.yaml', 'dormouse/naps:dev', 'dormouse/nap:dev'),
    'write "image: dev.local/dormouse/naps:dev" in knative/base/naps.yaml',
  ],
  'the migration': [
    () => remove('functions/naps/migrations/001-entries.sql'),
    'functions/naps/main.ts takes sql or outbox: add a table, functions/naps/migrations/001-….sql',
  ],
  'the generated account': [
    () => change('knative/base/generated/accounts.yaml', '  name: naps\n', '  name: nap\n'),
    'knative/base/generated/accounts.yaml is out of date: run npm run generate',
  ],
  'the policy in the mesh': [
    () => change('knative/components/mesh-strict/generated/functions.yaml', /naps/g, 'nap'),
    'knative/components/mesh-strict/generated/functions.yaml is out of date: run npm run generate',
  ],
  'the entry of the image': [
    () => change('knative/overlays/production/images/kustomization.yaml', /dormouse\/naps/g, 'dormouse/nap'),
    'knative/overlays/production/images/kustomization.yaml is out of date: run npm run generate',
  ],
  'the tests': [
    () => remove('functions/naps/app.test.ts'),
    'functions/naps has no test: add functions/naps/app.test.ts',
  ],
  'the description of its API': [
    () => {
      change(
        'functions/naps/app.ts',
        /import \{ api \} from '.\/api.ts';/,
        "const api = { page: { path: '/naps' }, list: { path: '/naps/entries' }, add: { path: '/naps/entries', body: {} as never } };",
      );
      remove('functions/naps/api.ts');
    },
    'functions/naps answers /naps, and describes nothing: add functions/naps/api.ts',
  ],
  'the workspace in the lock file': [
    () => change('package-lock.json', '"functions/naps": {', '"functions/nap": {'),
    'functions/naps is not in package-lock.json: run npm install',
  ],
  'the routes': [
    () => change('knative/base/gateway.yaml', routes, ''),
    'naps answers /naps, which the ingress leads to web: add routes to naps to knative/base/gateway.yaml',
  ],
  'the route in the app': [
    () => change('functions/naps/app.ts', '.get(api.list.path', ".get('/elsewhere'"),
    'naps answers /elsewhere, which the ingress leads to web',
  ],
  'the type in the Trigger': [
    () => change('knative/base/naps.yaml', published, 'dev.dormouse.post.created.v1'),
    `naps handles ${published} and no Trigger brings it: add "- exact: {type: ${published}}" to a Trigger in knative/base/naps.yaml`,
  ],
  'the handler': [
    () =>
      change(
        'functions/naps/app.ts',
        'const consumed = [postPublished]',
        'const consumed = [] as (typeof postPublished)[]',
      ),
    `naps is sent ${published} and has no handler: add "on(…)" for it to functions/naps/app.ts`,
  ],
  'the word that there is no inbox': [
    () => change('functions/naps/app.ts', 'receive({ outbox, handlers', 'receive({ handlers'),
    'naps keeps no inbox, and Trigger naps-events does not say so: add "dormouse.dev/inbox: none"',
  ],
  'the way in for events': [
    () => change('functions/naps/app.ts', "'/events'", "'/happenings'"),
    'Trigger naps-events delivers to /events: add ".post(\'/events\', receive({ … }))" to functions/naps/app.ts',
  ],
  'a contract for what a Trigger waits for': [
    () => change('knative/base/naps.yaml', published, 'dev.dormouse.post.publishd.v1'),
    'Trigger naps-events waits for dev.dormouse.post.publishd.v1, which no contract has',
  ],
  'the contract in the catalogue': [
    () => change('events/catalogue.ts', '  napBegun,\n', ''),
    `naps emits ${begun}, which is not in the catalogue: add napBegun to events/catalogue.ts`,
  ],
  'the source of the contract': [
    () => change('events/nap.ts', "source: '/naps'", "source: '/nap'"),
    `naps emits ${begun}, whose source is /nap: correct its contract in events/`,
  ],
  'whoever emits': [
    () => change('functions/naps/store.ts', /\n {2}emit\([^;]*;/, ''),
    `naps never emits ${begun}: emit it in functions/naps, or take it out of events/catalogue.ts`,
  ],
  'the example': [
    () => remove(`events/examples/${begun}`),
    `${begun} has no example: add events/examples/${begun}/….json`,
  ],
  'an app that loads': [
    () => change('functions/naps/app.ts', 'export function createApp', 'export function create'),
    'functions/naps does not load: createApp is not a function',
  ],
  'a Secret that npm start can make': [
    () =>
      change(
        'knative/base/naps.yaml',
        'image: dev.local/dormouse/naps:dev\n',
        'image: dev.local/dormouse/naps:dev\n          env:\n            - name: KEY\n              valueFrom:\n                secretKeyRef:\n                  name: naps-key\n                  key: KEY\n',
      ),
    'naps reads the Secret naps-key, which npm start cannot make: add "naps-key:" to knative/overlays/local/platform.yaml',
  ],
};

test('nothing is missing in a function as npm run new makes it', async () => {
  expect(await node('cli/dormouse.mjs', 'joints')).toEqual([]);
});

/**
 * Gaps that are planted together, for each run takes seconds: none may hide another, except those that stand alone, without
 * which little of the function is left to look at.
 */
const together = [
  ['the line in the list of resources'],
  ['the manifest'],
  ['manifest and line'],
  ['an app that loads'],
  ['the contract', 'the page'],
  ['the package'],
  [
    'the right account',
    'the right name',
    'the schema of the event',
    'the document of its API',
    'the right image',
    'the tests',
    'the routes',
    'the handler',
    'whoever emits',
    'the example',
  ],
  [
    'the migration',
    'the generated account',
    'the policy in the mesh',
    'the entry of the image',
    'the workspace in the lock file',
    'the route in the app',
    'a contract for what a Trigger waits for',
    'the source of the contract',
  ],
  ['the program', 'the way in for events', 'the contract in the catalogue'],
  [
    'the description of its API',
    'the type in the Trigger',
    'the word that there is no inbox',
    'a Secret that npm start can make',
  ],
];

test('every gap is planted', () => {
  expect(together.flat().sort()).toEqual(Object.keys(gaps).sort());
});

describe.each(together.map((names) => ({ names })))('of $names', ({ names }) => {
  let found: string[];
  beforeAll(async () => {
    for (const name of names) gaps[name]![0]();
    found = await node('cli/dormouse.mjs', 'joints').finally(restore);
  });

  test.each(names)('%s is missing, and named', (name) => {
    expect(found).toContainEqual(expect.stringContaining(gaps[name]![1]));
  });
});
