import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { OperationsRecipe } from '@dormouse/manifests/local-config';
import type { Trigger } from '@dormouse/manifests/model';

/** A response of the operators' API: its body, or the problem. */
export type OperationResponse<T> =
  | { status: number; body: T; next: string | undefined; problem?: undefined }
  | { status: number; problem: string };

/** The API of dead letters, redrives and replays, as an operator uses it. */
export interface Operations {
  /** `path` begins behind the API's own, `/dead-letters`. Never throws: an API that does not answer is a problem with status 502. */
  call<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<OperationResponse<T>>;
  triggers(): readonly Pick<Trigger, 'name' | 'namespace'>[];
}

export interface OperationsOptions {
  /** As platform.yaml says now; `undefined` when nothing offers such an API. */
  recipe: () => OperationsRecipe | undefined;
  /** Of the ingress. */
  url: string;
  /** DORMOUSE_HOME/secrets */
  secrets: string;
  /** Folder that the program runs in. */
  root: string;
  triggers: () => readonly Pick<Trigger, 'name' | 'namespace'>[];
  now?: () => number;
}

/** A token is asked for anew when it is older. */
const tokenAgeMs = 4 * 60_000;
/** Includes a cold start. */
const patienceMs = 30_000;

const none = { status: 404, problem: 'platform.yaml names no API for operators' } as const;

/** Calls the API through the ingress with a short-lived token. */
export function createOperations({
  recipe,
  url,
  secrets,
  root,
  triggers,
  now = Date.now,
}: OperationsOptions): Operations {
  let held: { token: Promise<string>; since: number } | undefined;
  const token = (recipe: OperationsRecipe) => {
    if (!held || now() - held.since > tokenAgeMs) held = { token: printToken(recipe, secrets, root), since: now() };
    return held.token;
  };
  return {
    triggers,
    async call(method, path, body) {
      const api = recipe();
      if (!api) return none;
      try {
        const response = await fetch(`${url}${api.api}${path}`, {
          method,
          redirect: 'manual',
          signal: AbortSignal.timeout(patienceMs),
          headers: {
            authorization: `Bearer ${await token(api)}`,
            accept: 'application/json',
            ...(body && { 'content-type': 'application/json' }),
          },
          ...(body && { body: JSON.stringify(body) }),
        });
        if (response.status === 401) held = undefined;
        return read(response, await response.text());
      } catch (error) {
        held = undefined;
        return { status: 502, problem: `${api.api} does not answer: ${reason(error as Error)}` };
      }
    },
  };
}

function read<T>(response: Response, text: string): OperationResponse<T> {
  const { status, headers } = response;
  const body = text === '' ? undefined : parsed(text);
  if (response.ok)
    return {
      status,
      body: body as T,
      next:
        new URLSearchParams(/<[^>]*\?([^>]*)>; *rel="?next/.exec(headers.get('link') ?? '')?.[1]).get('after') ??
        undefined,
    };
  const { detail, title, errors } = (body ?? {}) as {
    detail?: string;
    title?: string;
    errors?: { field: string; message: string }[];
  };
  const fields = (errors ?? []).map(({ field, message }) => ` ${field}: ${message}.`).join('');
  return { status, problem: `${detail ?? title ?? `the API answered ${status}`}${fields}` };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const reason = (error: Error) =>
  error.name === 'TimeoutError'
    ? `nothing came within ${patienceMs / 1000} s`
    : ((error.cause as Error | undefined)?.message ?? error.message);

async function printToken({ token, secret }: OperationsRecipe, secrets: string, root: string): Promise<string> {
  const { PATH, HOME, ISSUER } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, [token, join(secrets, secret)], {
    cwd: root,
    env: { PATH, HOME, ...(ISSUER && { ISSUER }) },
  });
  return stdout.trim();
}
