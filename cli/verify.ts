import type { api } from '@dormouse/categories/api';
import type { ResponseOf } from '@dormouse/runtime/api';
import { apiClient } from '@dormouse/runtime/api-client';
import type { Context } from './context.ts';
import type { Options } from './events/options.ts';
import { sender, succeeded } from './events/service.ts';
import { localOperatorToken } from './local-tokens.ts';
import { table } from './terminal.ts';

type Verification = ResponseOf<typeof api.verify, 200>;

/** Each makes two thousand posts right: enough for a million. */
const maxRepairs = 500;

/** `verify`: what differs is printed. @returns whether nothing does (any more) */
export async function verify(
  { url, token, json }: Pick<Options, 'url' | 'token' | 'json'>,
  repair: boolean,
  context: Context,
): Promise<boolean> {
  const { terminal } = context;
  const hint = '; is the platform running? "npm start" starts it, --url names one elsewhere';
  const send = sender({ url, token: token ?? (await localOperatorToken(context)), name: 'the platform', hint });
  const categories = apiClient<typeof api>(send);
  const ask = async (body: { repair: boolean }) =>
    succeeded(await categories('POST /blog/api/categories/-/verification', { body })).body;
  const before = await ask({ repair: false });
  let now = before;
  for (let n = 0; repair && n < maxRepairs && (n === 0 || differing(now) > 0); n++) now = await ask({ repair: true });
  const right = differing(now) === 0;
  if (json) terminal.print(JSON.stringify({ before, after: now }, null, 2));
  else {
    const rows = now.examples.map(({ problem, post, category }) => [meaning[problem], post, category]);
    if (rows.length > 0) for (const line of table(['WHAT', 'POST', 'CATEGORY'], rows, terminal)) terminal.print(line);
    terminal.print(terminal.paint(right ? 'green' : 'red', sentence(before, now, repair)));
  }
  return right;
}

const meaning: Readonly<Record<Verification['examples'][number]['problem'], string>> = {
  missed: 'counts otherwise',
  gone: 'counts and is not there',
  ahead: 'known at a version it never had',
  sum: 'number of its posts is wrong',
};

const differing = ({ missed, gone, ahead, sums }: Verification): number => missed + gone + ahead + sums;

function sentence(before: Verification, now: Verification, repaired: boolean): string {
  const [first, left] = [differing(before), differing(now)];
  const word = (n: number) => `${n} difference${n === 1 ? '' : 's'}`;
  if (left > 0) return repaired ? `${word(left)} left` : `${word(left)}: add --repair`;
  return first > 0 ? `${word(first)} repaired: every count is right` : 'every count is right';
}
