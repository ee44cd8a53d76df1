import type { HLJSApi, LanguageFn } from 'highlight.js';

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

/** Maximum characters of a block that is highlighted: longer blocks block the process for other readers. */
const maxCodeLength = 40_000;

let loading: Promise<HLJSApi> | undefined;

/** Marks up code as HTML with classes only. Undefined for a language that is not known, and for very long code. */
export type Highlight = (code: string, language: string) => string | undefined;

/** A highlighter for these languages, whatever they are called. */
export async function highlighter(languages: Iterable<string>): Promise<Highlight> {
  const wanted = [...new Set(Array.from(languages, nameOf))].filter((name) => name !== undefined);
  if (wanted.length === 0) return () => undefined;
  loading ??= import('highlight.js/lib/core').then((module) => module.default);
  const api = await loading;
  await Promise.all(wanted.map((name) => register(api, name)));
  return (code, language) => {
    const name = nameOf(language);
    return name === undefined || code.length > maxCodeLength
      ? undefined
      : api.highlight(code, { language: name, ignoreIllegals: true }).value;
  };
}

async function register(api: HLJSApi, name: string): Promise<void> {
  if (api.getLanguage(name)) return;
  const grammar = (await (grammars[name] as Load)()).default;
  api.registerLanguage(name, grammar);
}

function nameOf(language: string): string | undefined {
  const lower = language.toLowerCase();
  const name = Object.hasOwn(aliases, lower) ? aliases[lower] : lower;
  return name !== undefined && Object.hasOwn(grammars, name) ? name : undefined;
}
