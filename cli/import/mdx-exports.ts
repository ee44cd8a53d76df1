import { type FrontMatter, lowerKeys } from './front-matter.ts';
import { staticObject, unread } from './static-javascript.ts';

/** The head of an MDX file that has one as a constant, `export const meta = { … }`, and its text without imports and exports above it. */
export function withExports(head: FrontMatter): FrontMatter {
  const [code = ''] = /^(?:[ \t]*\n|(?:import|export)\b(?:.*\S.*(?:\n|$))+)*/.exec(head.body) ?? [];
  const body = head.body.slice(code.length);
  if (!/^export\s+const\b/m.test(code)) return { ...head, body };
  const constants = staticObject(code.replace(/^export\s+default\b/gm, 'void'));
  const said = Object.entries(constants ?? { meta: unread }).flatMap(([name, value]) =>
    /^(?:meta|metadata|frontmatter|matter|post|page|data)$/i.test(name) ? [value] : [],
  );
  const inObjects = said.flatMap((value) => (typeof value === 'object' && value !== null ? Object.entries(value) : []));
  // `export const draft = true`; what is a component is no field.
  const alone = Object.entries(constants ?? {}).filter(([, value]) => typeof value !== 'object' && value !== unread);
  const hidden = Object.entries(constants ?? {}).filter(([, value]) => value === unread);
  const pairs = [...alone, ...inObjects];
  const problem = said.includes(unread)
    ? 'front matter: its constants cannot be read without running them'
    : head.problem;
  return {
    fields: { ...lowerKeys(pairs), ...head.fields },
    said: [...hidden, ...pairs, ...head.said],
    body,
    ...(problem === undefined ? {} : { problem }),
  };
}
