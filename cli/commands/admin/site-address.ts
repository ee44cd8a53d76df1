import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Context } from '../../context.ts';
import { httpAddress } from '../../parameters.ts';

/** Folder of the platform's data. */
export const homeOf = ({ env, root }: Pick<Context, 'env' | 'root'>): string =>
  env.DORMOUSE_HOME || resolve(root, '.dormouse');

/** Where readers find the blog: as PUBLIC_URL or the last start of the platform says, else on this machine. */
export function siteAddress(context: Pick<Context, 'env' | 'root'>): string {
  const { env } = context;
  const told = env.PUBLIC_URL || toldAtStart(homeOf(context));
  return told ? httpAddress(told) : `http://127.0.0.1:${env.PORT || '8080'}`;
}

function toldAtStart(home: string): string {
  try {
    return readFileSync(join(home, 'public-url'), 'utf8');
  } catch {
    return '';
  }
}
