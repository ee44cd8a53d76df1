import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { anything } from '@dormouse/cli/new/function-routes';
import type { EventContract } from '@dormouse/events/contract';
import type { Trigger } from '@dormouse/manifests/model';
import { sourcesOf, workspacesOf } from '../import-graph.ts';
import { atEachFunction, type Finding, type Project, typesOf } from './project.ts';

/** Types without a contract, a producer or a consumer; handlers without a Trigger, Triggers without a handler. */
export async function findEventGaps(project: Project): Promise<Finding[]> {
  return [
    ...findTypeGaps(project),
    ...(await atEachFunction(project, findHandlerGaps)),
    ...project.functions.flatMap((name) => findEmissionGaps(name, project)),
    ...findContractGaps(project),
  ];
}

function findTypeGaps({ platform, catalogue }: Project): Finding[] {
  const known = catalogue.map(({ type }) => type);
  return platform.triggers.flatMap(({ name, filters }) => {
    const types = typesOf(filters);
    if (!types) return [`Trigger ${name} does not name its types: write "exact: {type: …}" for each`];
    return types
      .filter((type) => !known.includes(type))
      .map(
        (type) =>
          `Trigger ${name} waits for ${type}, which no contract has: correct it, or add one to events/catalogue.ts`,
      );
  });
}

/** What Triggers bring to each path of a function, against what the function takes there. */
async function findHandlerGaps(name: string, project: Project): Promise<Finding[]> {
  const { platform } = project;
  const own = platform.triggers.filter(({ subscriber }) => subscriber.kind === 'service' && subscriber.name === name);
  const paths = [...new Set(['/events', ...own.map(pathOf)])];
  const app = await appOf(project.root, name);
  const found = paths.map((path) => {
    const here = own.filter((trigger) => pathOf(trigger) === path);
    // The archive takes every event.
    return here.some(({ filters }) => filters.length === 0) ? [] : findPathGaps(name, path, here, app.ask, project);
  });
  return [...(await Promise.all(found)).flat(), ...findInboxGaps(name, own, app)];
}

/** A consumer without an inbox, whose Trigger does not say so: the journal would take every event of it for lost. */
const findInboxGaps = (name: string, triggers: readonly Trigger[], { withoutInbox }: App): Finding[] =>
  triggers
    .filter((trigger) => trigger.inbox !== 'none' && withoutInbox.includes(pathOf(trigger)))
    .map(
      (trigger) =>
        `${name} keeps no inbox, and Trigger ${trigger.name} does not say so: add "dormouse.dev/inbox: none" to its annotations in knative/base/${name}.yaml`,
    );

const pathOf = ({ subscriber }: Trigger) => (subscriber.kind === 'service' ? subscriber.path : '/');

async function findPathGaps(
  name: string,
  path: string,
  triggers: readonly Trigger[],
  ask: Ask,
  { catalogue }: Project,
): Promise<Finding[]> {
  const brought = triggers.flatMap(({ filters }) => typesOf(filters) ?? []);
  const answers = await Promise.all(catalogue.map(async ({ type }) => ({ type, answer: await ask(path, type) })));
  const taken = answers.filter(({ answer }) => answer === 'taken').map(({ type }) => type);
  if (brought.length > 0 && answers.every(({ answer }) => answer === 'absent'))
    return [
      `Trigger ${triggers[0]!.name} delivers to ${path}: add ".post('${path}', receive({ … }))" to functions/${name}/app.ts`,
    ];
  return [
    ...brought
      .filter((type) => answers.some((each) => each.type === type && each.answer !== 'taken'))
      .map((type) => `${name} is sent ${type} and has no handler: add "on(…)" for it to functions/${name}/app.ts`),
    ...taken
      .filter((type) => !brought.includes(type))
      .map(
        (type) =>
          `${name} handles ${type} and no Trigger brings it: add "- exact: {type: ${type}}" to a Trigger in knative/base/${name}.yaml`,
      ),
    ...brought
      .filter((type, index) => brought.indexOf(type) !== index)
      .map((type) => `${name} is sent ${type} by two Triggers: remove one from knative/base/${name}.yaml`),
  ];
}

type Asked = 'taken' | 'refused' | 'absent';
type Ask = (path: string, type: string) => Promise<Asked>;

/** Asks a function's app, built over nothing, whether it takes a type: data that fits no schema comes as far as the handler is looked up. */
async function appOf(root: string, name: string): Promise<App> {
  const file = join(root, 'functions', name, 'app.ts');
  if (!existsSync(file)) return { ask: async () => 'absent', withoutInbox: [] };
  const { createApp } = (await import(pathToFileURL(file).href)) as { createApp(options: never): HonoApp };
  const app = createApp(anything);
  const withoutInbox = app.routes.filter(({ handler }) => handler.keepsInbox === false).map(({ path }) => path);
  const ask: Ask = async (path, type) => {
    const body = JSON.stringify({ specversion: '1.0', id: '1', source: '/joints', type, data: {} });
    const headers = { 'content-type': 'application/cloudevents+json' };
    const response = await app.request(path, { method: 'POST', headers, body });
    if (response.status === 404 || response.status === 405) return 'absent';
    return (await response.text()).includes('No handler takes events of this type') ? 'refused' : 'taken';
  };
  return { ask, withoutInbox };
}

interface App {
  ask: Ask;
  /** Paths of `receive` without an outbox. */
  withoutInbox: readonly string[];
}

interface HonoApp {
  routes: readonly { path: string; handler: { keepsInbox?: boolean } }[];
  request(path: string, init: RequestInit): Promise<Response> | Response;
}

function findEmissionGaps(name: string, { root, catalogue, contracts }: Project): Finding[] {
  const words = sourcesOf(root, [`functions/${name}`], workspacesOf(root))
    .filter(({ isTest }) => !isTest)
    .flatMap(({ text }) => [...text.matchAll(/\bemit\(([^,]+),/g)].flatMap(([, first]) => first!.match(/\w+/g) ?? []));
  const emitted = [...new Set(words)].flatMap((word) => {
    const contract = contracts.get(word);
    return contract ? [{ word, contract }] : [];
  });
  const own = catalogue.filter(({ source }) => source === `/${name}`);
  return [
    ...emitted
      .filter(({ contract }) => !catalogue.includes(contract))
      .map(
        ({ word, contract }) =>
          `${name} emits ${contract.type}, which is not in the catalogue: add ${word} to events/catalogue.ts`,
      ),
    ...emitted
      .filter(({ contract }) => contract.source !== `/${name}`)
      .map(
        ({ contract }) =>
          `${name} emits ${contract.type}, whose source is ${contract.source}: correct its contract in events/`,
      ),
    ...own
      .filter((contract) => !contract.retired && !emitted.some((each) => each.contract === contract))
      .map(
        ({ type }) =>
          `${name} never emits ${type}: emit it in functions/${name}, or take it out of events/catalogue.ts`,
      ),
  ];
}

function findContractGaps({ root, functions, catalogue }: Project): Finding[] {
  const examples = (type: string): string[] => {
    const folder = join(root, 'events/examples', type);
    return existsSync(folder) ? readdirSync(folder) : [];
  };
  const withoutSource = ({ source }: EventContract) => !functions.includes(source.slice(1));
  return [
    ...catalogue
      .filter(({ type }) => examples(type).length === 0)
      .map(({ type }) => `${type} has no example: add events/examples/${type}/….json`),
    ...catalogue
      .filter(withoutSource)
      .map(
        ({ type, source }) =>
          `${type} has the source ${source}, and there is no functions${source}: correct its contract in events/`,
      ),
  ];
}
