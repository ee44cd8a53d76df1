import type { HLJSApi, LanguageFn } from 'highlight.js';
import { withinOwnTime } from './within.ts';

type Load = () => Promise<{ default: LanguageFn }>;

/** Grammars by name; each is loaded when the first block in its language is rendered. */
const grammars: Record<string, Load> = {
  bash: () => import('highlight.js/lib/languages/bash'),
  c: () => import('highlight.js/lib/languages/c'),
  cpp: () => import('highlight.js/lib/languages/cpp'),
  csharp: () => import('highlight.js/lib/languages/csharp'),
  css: () => import('highlight.js/lib/languages/css'),
  diff: () => import('highlight.js/lib/languages/diff'),
  dockerfile: () => import('highlight.js/lib/languages/dockerfile'),
  elixir: () => import('highlight.js/lib/languages/elixir'),
  go: () => import('highlight.js/lib/languages/go'),
  graphql: () => import('highlight.js/lib/languages/graphql'),
  haskell: () => import('highlight.js/lib/languages/haskell'),
  http: () => import('highlight.js/lib/languages/http'),
  ini: () => import('highlight.js/lib/languages/ini'),
  java: () => import('highlight.js/lib/languages/java'),
  javascript: () => import('highlight.js/lib/languages/javascript'),
  json: () => import('highlight.js/lib/languages/json'),
  kotlin: () => import('highlight.js/lib/languages/kotlin'),
  lua: () => import('highlight.js/lib/languages/lua'),
  makefile: () => import('highlight.js/lib/languages/makefile'),
  markdown: () => import('highlight.js/lib/languages/markdown'),
  nginx: () => import('highlight.js/lib/languages/nginx'),
  perl: () => import('highlight.js/lib/languages/perl'),
  php: () => import('highlight.js/lib/languages/php'),
  powershell: () => import('highlight.js/lib/languages/powershell'),
  properties: () => import('highlight.js/lib/languages/properties'),
  protobuf: () => import('highlight.js/lib/languages/protobuf'),
  python: () => import('highlight.js/lib/languages/python'),
  ruby: () => import('highlight.js/lib/languages/ruby'),
  rust: () => import('highlight.js/lib/languages/rust'),
  scala: () => import('highlight.js/lib/languages/scala'),
  shell: () => import('highlight.js/lib/languages/shell'),
  sql: () => import('highlight.js/lib/languages/sql'),
  swift: () => import('highlight.js/lib/languages/swift'),
  typescript: () => import('highlight.js/lib/languages/typescript'),
  xml: () => import('highlight.js/lib/languages/xml'),
  yaml: () => import('highlight.js/lib/languages/yaml'),
};

const aliases: Record<string, string> = {
  'c#': 'csharp',
  'c++': 'cpp',
  cjs: 'javascript',
  console: 'shell',
  cs: 'csharp',
  docker: 'dockerfile',
  golang: 'go',
  html: 'xml',
  js: 'javascript',
  json5: 'json',
  jsonc: 'json',
  jsx: 'javascript',
  kt: 'kotlin',
  make: 'makefile',
  md: 'markdown',
  mjs: 'javascript',
  patch: 'diff',
  proto: 'protobuf',
  ps1: 'powershell',
  py: 'python',
  rb: 'ruby',
  rs: 'rust',
  sh: 'bash',
  svg: 'xml',
  toml: 'ini',
  ts: 'typescript',
  tsx: 'typescript',
  yml: 'yaml',
  zsh: 'bash',
};

/** What is highlighted of one text; code beyond it stays plain: its reader gains little, everybody else waits. */
const most = { characters: 30_000, blocks: 200, languages: 12 };
let loading: Promise<HLJSApi> | undefined;

interface Code {
  /** As the author calls it. */
  language: string;
  code: string;
}

/** The blocks of one text as HTML with classes only. */
export interface Highlighted {
  /** Undefined for a language that is not known, and for what is too much. */
  blocks: readonly (string | undefined)[];
  /** False when time ran out. */
  complete: boolean;
}

/**
 * Highlights the blocks of one text, in at most so many milliseconds for all of them together. Time in which other work of the
 * machine kept it from running is given back.
 */
export async function highlight(given: readonly Code[], maxMs: number): Promise<Highlighted> {
  const chosen = choose(given);
  const names = new Set(chosen.filter((name) => name !== undefined));
  const blocks: (string | undefined)[] = [];
  if (names.size === 0) return { blocks, complete: true };
  const complete = await withinOwnTime(maxMs, async () => {
    const api = await apiWith(names);
    const kept = loading;
    return () => {
      // What is broken off may leave its grammar in the middle of something.
      loading = undefined;
      for (const { code } of given.slice(blocks.length)) {
        const language = chosen[blocks.length];
        blocks.push(language && api.highlight(code, { language, ignoreIllegals: true }).value);
      }
      loading = kept;
    };
  });
  return { blocks, complete };
}

/** The grammar of each block; undefined for those that stay plain. */
function choose(given: readonly Code[]): (string | undefined)[] {
  const languages = new Set<string>();
  let [characters, blocks] = [0, 0];
  return given.map(({ language, code }) => {
    const name = nameOf(language);
    if (name === undefined) return undefined;
    characters += code.length;
    if (characters > most.characters || ++blocks > most.blocks) return undefined;
    if (!languages.has(name) && languages.size === most.languages) return undefined;
    languages.add(name);
    return name;
  });
}

async function apiWith(names: Iterable<string>): Promise<HLJSApi> {
  loading ??= import('highlight.js/lib/core').then((module) => module.default.newInstance());
  const api = await loading;
  await Promise.all(Array.from(names, (name) => register(api, name)));
  return api;
}

async function register(api: HLJSApi, name: string): Promise<void> {
  if (api.getLanguage(name)) return;
  const grammar = (await (grammars[name] as Load)()).default;
  api.registerLanguage(name, grammar);
  // Compiles it, which is no part of the time that its code has.
  api.highlight('', { language: name });
}

function nameOf(language: string): string | undefined {
  const lower = language.toLowerCase();
  const name = Object.hasOwn(aliases, lower) ? aliases[lower] : lower;
  return name !== undefined && Object.hasOwn(grammars, name) ? name : undefined;
}
