import { html, raw } from 'hono/html';
import type { JsonSchema } from './schema.ts';

type Html = ReturnType<typeof raw>;
const markup = html as (strings: TemplateStringsArray, ...values: unknown[]) => Html;
const none = raw('');

interface Document extends JsonSchema {
  info: { title: string; description: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema>; responses: Record<string, Response> };
}

interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  security: object[];
  parameters?: { name: string; in: string; required: boolean; description?: string; schema: JsonSchema }[];
  requestBody?: { description?: string; content: Content };
  responses: Record<string, Response & { $ref?: string }>;
}

interface Response {
  description: string;
  headers?: Record<string, { description?: string }>;
  content?: Content;
}

type Content = Record<
  string,
  { schema?: JsonSchema; example?: unknown; examples?: Record<string, { value: unknown }> }
>;

/** The content of a page about an API, from its OpenAPI document. It needs no script. */
export function referencePage(document: JsonSchema): string {
  const { info, tags, paths, components } = document as Document;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const of = (tag: string) => operations.filter(({ operation }) => operation.tags[0] === tag);
  return `${markup`<div class="reference">
<header class="page-header"><h1>API</h1>
<p>${code(info.description)}</p>
<p>The same for programs: <a href="/docs/api/openapi.json">openapi.json</a> (OpenAPI 3.1).</p></header>
<nav aria-label="Operations">${tags.map(
    ({ name, description }) => markup`<h2><a href="#${name}">${name}</a></h2><p>${description}</p>
<ul>${of(name).map(({ method, path, operation }) => markup`<li><a href="#${operation.operationId}"><code>${method} ${path}</code></a> ${operation.summary}</li>\n`)}</ul>\n`,
  )}</nav>
${tags.map(
  ({ name }) => markup`<section id="${name}"><h2>${name}</h2>
${of(name).map((each) => operationSection(each, components))}</section>`,
)}
<section id="schemas"><h2>Schemas</h2>
${Object.entries(components.schemas).map(
  ([name, schema]) => markup`<section id="schema-${name}"><h3>${name}</h3>\n${fields(schema)}</section>\n`,
)}</section>
</div>`}`;
}

function operationSection(
  { method, path, operation }: { method: string; path: string; operation: Operation },
  { responses }: Document['components'],
): Html {
  const resolved = Object.entries(operation.responses).map(([status, response]): [string, Response] => [
    status,
    response.$ref ? (responses[response.$ref.split('/').pop() as string] as Response) : response,
  ]);
  return markup`<article id="${operation.operationId}">
<h3>${operation.summary}</h3>
<p class="call"><code>${method} ${path}</code></p>
${operation.description ? markup`<p>${code(operation.description)}</p>` : none}
<p class="muted">${tokenOf(operation.security)}</p>
${operation.parameters ? parameters(operation.parameters) : none}
${operation.requestBody ? requestBody(operation.requestBody) : none}
<h4>Responses</h4>
<dl>${resolved.map(([status, response]) => responseEntry(status, response))}</dl>
</article>\n`;
}

const tokenOf = (security: object[]): string => {
  if (security.length === 0) return 'Needs no token.';
  return security.length > 1 ? 'Takes an access token, and needs none.' : 'Needs an access token.';
};

const parameters = (all: NonNullable<Operation['parameters']>): Html => markup`<h4>Parameters</h4>
${table(all.map((each) => [each.name, `${each.in}, ${typeOf(each.schema)}`, each.required, each.description]))}`;

function requestBody({ description, content }: NonNullable<Operation['requestBody']>): Html {
  const [[type, { schema, examples = {} }]] = Object.entries(content) as [[string, Content[string]]];
  const options = (schema?.anyOf as JsonSchema[] | undefined) ?? (schema ? [schema] : []);
  return markup`<h4>Body <span class="muted">${type}</span></h4>
${description ? markup`<p>${description}</p>` : none}
${options.map((each, index) => markup`${index > 0 ? markup`<p>Or, with the scope:</p>` : none}${fields(each)}`)}
${Object.values(examples).map(({ value }) => example(value))}`;
}

function responseEntry(status: string, { description, headers = {}, content = {} }: Response): Html {
  const { schema, example: value } = content['application/json'] ?? {};
  const others = Object.entries(headers).filter(([, { description: about }]) => about);
  return markup`<dt><code>${status}</code></dt>
<dd><p>${code(description)}${schema ? markup` ${reference(schema)}` : none}</p>
${others.length > 0 ? markup`<ul>${others.map(([name, header]) => markup`<li><code>${name}</code> ${code(header.description ?? '')}</li>`)}</ul>` : none}
${value === undefined ? none : example(value)}</dd>\n`;
}

const example = (value: unknown): Html =>
  markup`<pre tabindex="0"><code>${JSON.stringify(value, null, 2)}</code></pre>\n`;

/** The fields of an object's schema; of any other, its type. */
function fields(schema: JsonSchema): Html {
  const properties = schema.properties as Record<string, JsonSchema> | undefined;
  if (!properties) return markup`<p>${reference(schema)}</p>`;
  const required = (schema.required as string[] | undefined) ?? [];
  return table(
    Object.entries(properties).map(([name, each]) => [
      name,
      typeOf(each),
      required.includes(name),
      each.description as string | undefined,
    ]),
  );
}

type Row = [name: string, type: string, required: boolean, description: string | undefined];

const table = (rows: Row[]): Html => markup`<div class="scroll" tabindex="0" role="region" aria-label="Fields"><table>
<thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead>
<tbody>${rows.map(([name, type, required, description]) => markup`<tr><td><code>${name}</code>${required ? none : markup` <span class="muted">optional</span>`}</td><td>${type}</td><td>${code(description ?? '')}</td></tr>\n`)}</tbody>
</table></div>\n`;

/** The name of a schema as a link to it. */
function reference(schema: JsonSchema): Html {
  const target = schema.$ref ?? (schema.items as JsonSchema | undefined)?.$ref;
  if (typeof target !== 'string') return markup`${typeOf(schema)}`;
  const name = target.split('/').pop();
  return markup`${schema.items ? 'A list of ' : ''}<a href="#schema-${name}">${name}</a>`;
}

/** A schema in a few words. */
function typeOf(schema: JsonSchema): string {
  if (typeof schema.$ref === 'string') return schema.$ref.split('/').pop() as string;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((each) => JSON.stringify(each)).join(' or ');
  if (Array.isArray(schema.anyOf)) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.type === 'array') return `list of ${typeOf((schema.items as JsonSchema | undefined) ?? {})}`;
  const [min, max] = [schema.minLength ?? schema.minimum, schema.maxLength ?? schema.maximum];
  const range = typeof max === 'number' && max < Number.MAX_SAFE_INTEGER ? `, ${min ?? 0} to ${max}` : '';
  const kind = schema.format ?? schema.type ?? 'anything';
  return `${kind}${schema.type === 'string' && range ? `${range} characters` : range}`;
}

/** Text whose parts between back quotes are code. */
const code = (text: string): Html[] =>
  text.split('`').map((part, index) => (index % 2 ? markup`<code>${part}</code>` : markup`${part}`));
