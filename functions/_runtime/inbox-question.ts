import type { Context } from 'hono';
import * as v from 'valibot';
import { fail } from './errors.ts';
import type { Outbox } from './outbox.ts';
import { bodyText } from './request.ts';

/** Media type of the question which of some events a consumer has not; it is sent to where its events are. */
export const inboxQuestion = 'application/vnd.dormouse.inbox+json';

const question = v.pipe(v.array(v.object({ source: v.string(), id: v.string() })), v.maxLength(1000));

/** Answers with the places, in the question, of the events that are not in the inbox. 422 where there is none. */
export async function answerInbox(c: Context, outbox: Outbox | undefined): Promise<Response> {
  if (!outbox) return fail('invalid', 'There is no inbox here: every delivery is handled.');
  const parsed = v.safeParse(question, parse(await bodyText(c)));
  if (!parsed.success) return fail('malformed', 'The question is an array of at most 1000 sources and ids.');
  const [sources, ids] = [parsed.output.map(({ source }) => source), parsed.output.map(({ id }) => id)];
  const rows = await outbox.transaction(
    (tx) => tx<{ n: number }[]>`
      SELECT n::int FROM unnest(${sources}::text[], ${ids}::text[]) WITH ORDINALITY AS event (source, id, n)
      WHERE NOT EXISTS (SELECT FROM inbox AS seen WHERE seen.source = event.source AND seen.id = event.id) ORDER BY n`,
  );
  return c.json(rows.map(({ n }) => n - 1));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
