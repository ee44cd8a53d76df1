import { type CelInput, celEnv, isCelError, parse, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import type { Manifest } from './manifest.ts';

export interface AdmissionPolicy extends Manifest {
  spec: {
    matchConditions?: { expression: string }[];
    variables?: { name: string; expression: string }[];
    validations: { expression: string; message?: string; messageExpression?: string }[];
  };
}

const environment = celEnv({ funcs: strings });
const planned = new Map<string, ReturnType<typeof plan>>();

/** An expression, parsed once. */
function planOf(expression: string): ReturnType<typeof plan> {
  const known = planned.get(expression) ?? plan(environment, parse(expression));
  planned.set(expression, known);
  return known;
}

/**
 * What a ValidatingAdmissionPolicy says against an object: its CEL, evaluated as the API server does, variables in their order.
 * @param before the object as it was, of an update
 * @throws Error where an expression cannot be evaluated, which the API server takes for a refusal (`failurePolicy: Fail`)
 */
export function refusals({ spec }: AdmissionPolicy, object: object, before?: object): string[] {
  const variables = new Map<string, CelInput>();
  const given = { object: celValue(object), oldObject: celValue(before ?? null), variables };
  const bindings = { ...given, request: new Map([['operation', before ? 'UPDATE' : 'CREATE']]) };
  const result = (expression: string): CelInput => {
    const value = planOf(expression)(bindings);
    if (isCelError(value)) throw new Error(`${expression}: ${value.message}`);
    return value;
  };
  if (spec.matchConditions?.some(({ expression }) => result(expression) !== true)) return [];
  for (const { name, expression } of spec.variables ?? []) variables.set(name, result(expression));
  return spec.validations
    .filter(({ expression }) => result(expression) !== true)
    .map(({ message, messageExpression }) => message ?? String(result(messageExpression ?? "''")));
}

/** JSON as CEL has it. */
function celValue(value: unknown): CelInput {
  if (Array.isArray(value)) return value.map(celValue);
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (typeof value !== 'object' || value === null) return value as string | boolean | null;
  return new Map(Object.entries(value).map(([key, inner]) => [key, celValue(inner)]));
}
