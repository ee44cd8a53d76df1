import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { ManifestError } from './yaml/origin.ts';

/** How to create a Secret that no manifest holds. */
export type SecretRecipe =
  | { kind: 'database'; role: string }
  | { kind: 'run'; program: string }
  /** REDIS_URL of this user, who may do what `ACL SETUSER` takes as rules. */
  | { kind: 'redis'; user: string; rules: readonly string[] }
  /** EVENT_SIGNING_KEYS for events of this CloudEvents source. */
  | { kind: 'event-signing'; source: string }
  /** EVENT_KEYS: the public keys of all that sign. */
  | { kind: 'event-keys' };

/** The API behind the console's operator pages. */
export interface OperationsRecipe {
  /** Path of the API of dead letters, redrives and replays at the ingress. */
  api: string;
  /** Absolute path of a program that prints a token for it, given the folder of `secret`. */
  token: string;
  secret: string;
}

/** Local configuration, in place of a cluster's administrator: platform.yaml of the overlay and of its bases. */
export interface LocalConfig {
  /** Image without its tag → its program. */
  images: ReadonlyMap<string, Image>;
  secrets: ReadonlyMap<string, SecretRecipe>;
  operations?: OperationsRecipe | undefined;
  /** Folder of mails that nobody was sent, relative to DORMOUSE_HOME. */
  mailbox?: string | undefined;
  /** The files read, to be watched for changes. */
  files: readonly string[];
}

/** A program that is bundled, or a folder whose program is run there as it is. */
export type Image = BundledImage | FolderImage;

export interface BundledImage {
  /** Absolute path of the program. */
  program: string;
  /** Further files that the program reads when it runs: patterns of absolute paths (`*`, `**`). */
  files: readonly string[];
}

export interface FolderImage {
  /** Absolute path. */
  folder: string;
  /** What the image's entry point is: program and arguments, or a line for the shell. */
  entry: readonly string[] | string;
}

type Yaml = Record<string, unknown>;
const isObject = (value: unknown): value is Yaml =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Reads platform.yaml beside a kustomization and beside those that it names; the outer one wins.
 * @param root folder that programs are looked for in, when they do not lie beside platform.yaml
 * @throws ManifestError
 */
export async function readLocalConfig(overlay: string, root: string): Promise<LocalConfig> {
  const { parse } = await import('yaml');
  const images = new Map<string, Image>();
  const secrets = new Map<string, SecretRecipe>();
  const files: string[] = [];
  let operations: OperationsRecipe | undefined;
  let mailbox: string | undefined;
  const visit = (folder: string) => {
    for (const below of foldersOf(folder, parse)) visit(below);
    const file = join(folder, 'platform.yaml');
    if (!existsSync(file)) return;
    files.push(file);
    const content = read(file, parse);
    const fail = (problem: string): never => {
      throw new ManifestError({ file, line: 1 }, problem);
    };
    const program = (name: unknown) => {
      const found = [dirname(file), root].map((base) => resolve(base, String(name))).find((path) => existsSync(path));
      return found ?? fail(`${String(name)}: no such program`);
    };
    for (const key of Object.keys(content))
      if (!['images', 'secrets', 'operations', 'mailbox'].includes(key)) fail(`unknown field ${key}`);
    for (const [image, path] of Object.entries((content.images ?? {}) as Yaml))
      images.set(
        withoutTag(image),
        readImage(path, program, root) ?? fail(`images.${image} needs folder and command (a line or a list)`),
      );
    for (const [name, recipe] of Object.entries((content.secrets ?? {}) as Yaml))
      secrets.set(name, readRecipe(recipe, program) ?? fail(`secrets.${name} is not understood`));
    if (content.operations !== undefined)
      operations =
        readOperations(content.operations, program) ??
        fail('operations needs api (a path), token (a program) and secret');
    if (content.mailbox !== undefined)
      mailbox = readMailbox(content.mailbox) ?? fail('mailbox must be a folder below DORMOUSE_HOME');
  };
  visit(resolve(overlay));
  return { images, secrets, operations, mailbox, files };
}

function read(file: string, parse: (text: string) => unknown): Yaml {
  let content: unknown;
  try {
    content = parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const { linePos, message } = error as Error & { linePos?: { line: number }[] };
    throw new ManifestError({ file, line: linePos?.[0]?.line ?? 1 }, message.split('\n')[0]!);
  }
  if (content !== null && !isObject(content)) throw new ManifestError({ file, line: 1 }, 'a mapping is expected');
  return content ?? {};
}

/** `path/of/program.ts`, `{ program: path, files: [patterns below the root] }`, or `{ folder: path, command: … }`. */
function readImage(image: unknown, program: (name: unknown) => string, root: string): Image | undefined {
  if (!isObject(image)) return { program: program(image), files: [] };
  if (image.folder !== undefined) return readFolder(image, program);
  const files = Array.isArray(image.files) ? (image.files as unknown[]) : [];
  return { program: program(image.program), files: files.map((pattern) => resolve(root, String(pattern))) };
}

/** A folder whose `command` is a line for the shell or a list; undefined when it is neither. */
function readFolder({ folder, command, ...more }: Yaml, program: (name: unknown) => string): FolderImage | undefined {
  const listed = Array.isArray(command) && command.length > 0 && command.every((each) => typeof each === 'string');
  if (Object.keys(more).length > 0 || !(listed || (typeof command === 'string' && command !== ''))) return undefined;
  return { folder: program(folder), entry: command as string[] | string };
}

function readRecipe(recipe: unknown, program: (name: unknown) => string): SecretRecipe | undefined {
  if (!isObject(recipe) || Object.keys(recipe).length !== 1) return undefined;
  if (typeof recipe.database === 'string' && /^[a-z0-9_]*$/.test(recipe.database))
    return { kind: 'database', role: recipe.database };
  if (typeof recipe.run === 'string') return { kind: 'run', program: program(recipe.run) };
  if (typeof recipe.signs === 'string') return { kind: 'event-signing', source: recipe.signs };
  if (recipe.eventKeys === true) return { kind: 'event-keys' };
  return isObject(recipe.redis) ? readRedisUser(recipe.redis) : undefined;
}

function readRedisUser({ user, rules, ...more }: Yaml): SecretRecipe | undefined {
  const known =
    typeof user === 'string' &&
    /^[a-z][a-z0-9-]*$/.test(user) &&
    Array.isArray(rules) &&
    rules.every((rule): rule is string => typeof rule === 'string' && /^\S+$/.test(rule));
  return known && Object.keys(more).length === 0 ? { kind: 'redis', user, rules } : undefined;
}

function readOperations(given: unknown, program: (name: unknown) => string): OperationsRecipe | undefined {
  if (!isObject(given)) return undefined;
  const { api, token, secret, ...more } = given;
  if (
    typeof api !== 'string' ||
    !/^\/[\w./-]*\w$/.test(api) ||
    typeof secret !== 'string' ||
    Object.keys(more).length > 0
  )
    return undefined;
  return { api, token: program(token), secret };
}

const readMailbox = (given: unknown): string | undefined =>
  typeof given === 'string' && /^[\w-]+(\/[\w-]+)*$/.test(given) ? given : undefined;

/** Folders that a kustomization builds on. What is wrong with it is the renderer's to say. */
function foldersOf(folder: string, parse: (text: string) => unknown): string[] {
  try {
    const content = parse(readFileSync(join(folder, 'kustomization.yaml'), 'utf8')) as Yaml;
    return [content.resources, content.bases, content.components]
      .flatMap((list) => (Array.isArray(list) ? (list as unknown[]) : []))
      .map((each) => resolve(folder, String(each)))
      .filter((each) => each !== folder && statSync(each, { throwIfNoEntry: false })?.isDirectory());
  } catch {
    return [];
  }
}

/** `registry/name:tag@sha256:…` → `registry/name`. */
const withoutTag = (image: string): string => image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');

/** The last part of an image's name, without its tag. */
export const nameOfImage = (image: string): string => withoutTag(image).replace(/^.*\//, '');

/**
 * The program of an image: as platform.yaml says, else `functions/<last part of the name>/main.ts`.
 * @param root folder of `functions`; undefined where the image is not one of the project's
 * @returns undefined when there is none
 */
export function programOf(
  image: string,
  { images }: Pick<LocalConfig, 'images'>,
  root: string | undefined,
): Image | undefined {
  const name = withoutTag(image);
  const usual = root && join(root, 'functions', nameOfImage(image), 'main.ts');
  return images.get(name) ?? (usual && existsSync(usual) ? { program: usual, files: [] } : undefined);
}
