/**
 * What a personal access token can be limited to. A route names the one that it needs (`personal` of its description); a route
 * that names none takes no such token, so that what is new is closed until somebody decides.
 */
export const tokenScopes = [
  'account:read',
  'posts:read',
  'posts:write',
  'categories:write',
  'media:read',
  'media:write',
  'comments:read',
  'comments:moderate',
  'webhooks:read',
  'webhooks:write',
] as const;

export type TokenScope = (typeof tokenScopes)[number];
