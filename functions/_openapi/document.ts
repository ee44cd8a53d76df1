import type { Api, DescribedResponse, Route } from '@dormouse/runtime/api';
import type * as v from 'valibot';
import { type ProblemWriter, problemResponses, problemSchema, problemWriter } from './problems.ts';
import { type JsonSchema, schemaWriter } from './schema.ts';

type SchemaWriter = ReturnType<typeof schemaWriter>;

/** What several routes share. */
interface Components {
  schemas: SchemaWriter;
  problems: ProblemWriter;
}

/** A function's routes, and what it is. */
export interface DescribedFunction {
  name: string;
  description: string;
  api: Api;
}

const introduction = `Failures are \`application/problem+json\` (RFC 9457) with a stable \`code\`; every response names its trace in \`x-trace-id\`.
Unknown fields of a body are refused (422) with their names.`;

/** OpenAPI 3.1 of one function, or of several together. */
export function openApi(title: string, functions: readonly DescribedFunction[]): JsonSchema {
  const components: Components = { schemas: schemaWriter(), problems: problemWriter() };
  const paths: Record<string, Record<string, JsonSchema>> = {};
  for (const { name, api } of functions)
    for (const [operation, route] of Object.entries(api))
      (paths[templateOf(route.path)] ??= {})[route.method.toLowerCase()] = operationOf(
        name,
        operation,
        route,
        components,
      );
  return {
    openapi: '3.1.0',
    info: {
      title,
      version: '1',
      description: introduction,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/', description: 'The blog that serves this document' }],
    tags: functions.map(({ name, description }) => ({ name, description })),
    paths,
    components: {
      schemas: { ...components.schemas.named(), Problem: problemSchema },
      responses: components.problems.named(),
      headers: {
        TraceId: { description: 'The trace of this request.', schema: { type: 'string', pattern: '^[0-9a-f]{32}$' } },
        RetryAfter: { description: 'Seconds to wait.', schema: { type: 'string', pattern: '^[0-9]+$' } },
      },
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

/** `/blog/api/posts/:id` as OpenAPI writes it. */
export const templateOf = (path: string): string => path.replaceAll(/:(\w+)(\{.+?\})?/g, '{$1}');

function operationOf(tag: string, operation: string, route: Route, { schemas, problems }: Components): JsonSchema {
  const roles = Array.isArray(route.roles) ? `Needs one of the roles ${route.roles.join(', ')}.` : '';
  const scope = route.scoped ? `A token with scope \`${route.scoped.scope}\` may send more fields.` : '';
  const personal =
    (route.roles || route.optionalToken) &&
    (route.personal
      ? `Personal access tokens need the scope \`${route.personal}\`.`
      : 'Takes no personal access token.');
  const description = [route.description, roles, scope, personal].filter(Boolean).join('\n\n');
  const parameters = [
    ...parametersOf('path', entriesOf(route.params), schemas),
    ...parametersOf('query', queryEntries(route.query), schemas),
    ...parametersOf('header', entriesOf(route.headers), schemas),
  ];
  return {
    operationId: `${tag}.${operation}`,
    tags: [tag],
    summary: route.summary,
    ...(description && { description }),
    security: route.optionalToken ? [{}, { token: [] }] : route.roles ? [{ token: [] }] : [],
    ...(parameters.length > 0 && { parameters }),
    ...requestBodyOf(route, schemas),
    responses: { ...successes(route, schemas), ...problemResponses(route, problems) },
  };
}

type Entries = Record<string, v.GenericSchema>;

const entriesOf = (entries: Entries | undefined): Entries => entries ?? {};

/** The parameters of a query's schema, which may be an object or a pipe that begins with one. */
const queryEntries = (query: v.GenericSchema | undefined): Entries =>
  (query as { entries?: Entries } | undefined)?.entries ?? {};

function parametersOf(place: string, entries: Entries, schemas: SchemaWriter): JsonSchema[] {
  return Object.entries(entries).map(([name, schema]) => {
    const { description, ...written } = schemas.write(schema);
    return {
      name,
      in: place,
      required: place === 'path' || schema.type !== 'optional',
      ...(description !== undefined && { description }),
      schema: written,
    };
  });
}

function requestBodyOf(route: Route, schemas: SchemaWriter): JsonSchema {
  const required = !route.optionalBody;
  if (route.bytes) {
    const binary = route.bytes.types.map((type): [string, JsonSchema] => [type, {}]);
    return {
      requestBody: { required, description: route.bytes.description, content: Object.fromEntries(binary) },
    };
  }
  if (!route.body) return {};
  const plain = schemas.write(route.body);
  const schema = route.scoped ? { anyOf: [plain, schemas.write(route.scoped.body)] } : plain;
  const examples = Object.entries(route.examples ?? {}).map(([name, value]) => [name, { value }]);
  return {
    requestBody: {
      required,
      content: {
        'application/json': { schema, ...(examples.length > 0 && { examples: Object.fromEntries(examples) }) },
      },
    },
  };
}

function successes(route: Route, schemas: SchemaWriter): JsonSchema {
  const written = Object.entries(route.responses()).map(([status, response]): [string, JsonSchema] => [
    status,
    responseOf(response, schemas),
  ]);
  return Object.fromEntries(written);
}

function responseOf({ description, body, headers = {}, example, types }: DescribedResponse, schemas: SchemaWriter) {
  const schema = (about: string) => ({ description: about, schema: { type: 'string' } });
  const json = body && {
    'application/json': { schema: schemas.write(body), ...(example !== undefined && { example }) },
  };
  const others = types && Object.fromEntries(types.map((type) => [type, {}]));
  const content = (json ?? others) && { ...json, ...others };
  return {
    description,
    headers: {
      'x-trace-id': { $ref: '#/components/headers/TraceId' },
      ...Object.fromEntries(Object.entries(headers).map(([name, about]) => [name, schema(about)])),
    },
    ...(content && { content }),
  };
}
