import type { NewFunction } from '../new-function.ts';
import { importsOf, lines } from './lines.ts';

/** `api.ts`: the routes for clients; validation, the types of responses and OpenAPI come from it. */
export function apiTemplate({ name, path, hasTable }: NewFunction): string {
  return lines(
    importsOf([
      ...(hasTable ? [['@dormouse/events/field', 'id, timestamp'] as const] : []),
      ['@dormouse/runtime/api', hasTable ? 'bytes, content, route' : 'bytes, route'],
      ...(hasTable ? [['@dormouse/runtime/text', 'text'] as const] : []),
    ]),
    hasTable && "import * as v from 'valibot';",
    '',
    hasTable && schemas(name),
    '',
    `export const about = 'What ${name} offers.';`,
    '',
    `/** What ${name} answers to clients. */`,
    'export const api = {',
    `  page: route('GET ${path}', {
    summary: 'The page of ${name}',
    responses: () => ({ 200: bytes('HTML.', ['text/html']) }),
  }),`,
    hasTable &&
      `  list: route('GET ${path}/entries', {
    summary: 'List the entries of ${name}, newest first',
    responses: () => ({
      200: content('The newest hundred.', v.pipe(v.array(entry), v.readonly()), { example: [anEntry] }),
    }),
  }),
  add: route('POST ${path}/entries', {
    summary: 'Add an entry to ${name}',
    roles: 'any',
    body: v.strictObject({ text: text(1, 200) }),
    examples: { hello: { text: 'hello' } },
    errors: ['too_many_requests'],
    responses: () => ({ 201: content('The new entry.', entry, { example: anEntry }) }),
  }),`,
    '};',
  );
}

const schemas = (name: string) => `const entry = v.pipe(
  v.strictObject({ id, text: v.string(), created_at: timestamp }),
  v.title('${name[0]!.toUpperCase()}${name.slice(1)}Entry'),
);
const anEntry = { id: 7, text: 'hello', created_at: '2026-03-04T05:06:07.000Z' };`;
