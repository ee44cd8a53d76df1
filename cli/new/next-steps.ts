import type { NewFunction } from './new-function.ts';

/** The local platform that will serve the function. */
export interface LocalPlatform {
  /** Where it answers, or would answer. */
  url: string;
  isRunning: boolean;
}

/** What to do after a function was written, in lines; a running platform takes it up by itself. */
export function nextSteps(
  { name, path, hasTable, emits, consumes }: NewFunction,
  { url, isRunning }: LocalPlatform,
): string[] {
  return [
    '',
    'Next:',
    `  npx vitest run functions/${name}`,
    ...(isRunning ? [] : ['  npm start']),
    ...(path ? [`  curl ${url}${path}`] : []),
    ...(path && hasTable ? [`  edit functions/${name}/page.ts, api.ts, store.ts and migrations/001-entries.sql`] : []),
    ...(emits ? [`  edit events/${emits.aggregate}.ts, then: npm run generate`] : []),
    ...(consumes.length > 0 ? [`  edit what functions/${name}/app.ts does about events`] : []),
  ];
}
