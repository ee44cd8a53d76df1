import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';

/** A file's front matter, keys in lower case, and what follows it. `problem` says why a block that looks like one was not understood. */
export interface FrontMatter {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly body: string;
  readonly problem?: string;
}

const forms = [
  {
    block: /^---[ \t]*\n((?:.*\n)*?)(?:---|\.\.\.)[ \t]*(?:\n|$)/,
    parse: (text: string): unknown => parseYaml(text, { uniqueKeys: false }),
  },
  { block: /^\+\+\+[ \t]*\n((?:.*\n)*?)\+\+\+[ \t]*(?:\n|$)/, parse: (text: string): unknown => parseToml(text) },
];

/** Splits YAML (`---`) or TOML (`+++`) front matter from a text with `\n` line ends. A text that begins with a mere rule has none. */
export function frontMatter(text: string): FrontMatter {
  for (const { block, parse } of forms) {
    const [whole, inner] = block.exec(text) ?? [];
    if (whole === undefined || inner === undefined) continue;
    const body = text.slice(whole.length);
    try {
      const value = parse(inner);
      if (value === null || value === undefined) return { fields: {}, body };
      if (typeof value !== 'object' || Array.isArray(value)) return { fields: {}, body: text };
      return { fields: lowerKeys(value), body };
    } catch (error) {
      return { fields: lines(inner), body, problem: `front matter: ${(error as Error).message.split('\n')[0]}` };
    }
  }
  return { fields: {}, body: text };
}

function lowerKeys(value: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key.trim().toLowerCase(), field]));
}

/** What can be saved of a block that its parser refuses: each line `key: value` or `key = value` by itself. */
function lines(block: string): Record<string, string> {
  const found = [...block.matchAll(/^([A-Za-z][\w -]*?)[ \t]*[:=][ \t]*(\S.*?)[ \t]*$/gm)];
  return Object.fromEntries(
    found.map(([, key, value]) => [key!.toLowerCase(), value!.replace(/^(["'])(.*)\1$/, '$2')]),
  );
}
