import * as v from 'valibot';
import type { Api, Route } from './api.ts';

/** Routers prefer what stands first; a path's fixed parts are enough to tell our routes apart. */
const patternOf = ({ path }: Route) => new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`);

/**
 * Says what is wrong with a success that `api` does not describe: its status, or a body that does not fit. Undefined for what it
 * describes, for failures, and for addresses that are none of the API's.
 */
export async function undescribed(
  api: Api,
  method: string,
  url: string,
  response: Response,
): Promise<string | undefined> {
  const path = url.split('?', 1)[0] as string;
  const route = Object.values(api).find((each) => each.method === method && patternOf(each).test(path));
  if (!route || response.status >= 400) return undefined;
  const described = route.responses()[response.status];
  const call = `${method} ${route.path} ${response.status}`;
  if (!described) return `${call} is not described`;
  if (!described.body) return undefined;
  const { issues } = v.safeParse(described.body, await response.clone().json());
  return issues && `${call}: ${issues.map((issue) => `${v.getDotPath(issue)} ${issue.message}`).join('; ')}`;
}

/** Throws for a response that the API does not describe; for fixtures that ask an app. */
export async function demandDescribed(api: Api, method: string, url: string, response: Response): Promise<Response> {
  const wrong = await undescribed(api, method, url, response);
  if (wrong) throw new Error(wrong);
  return response;
}
