import { isSecret } from '@dormouse/http/loopback-guard';
import { ProblemError } from '@dormouse/http/problem-error';
import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { readForm } from './form-guard.ts';
import type { Page } from './layout.ts';
import { failurePage } from './operations-page.ts';
import { type DeadLetter, deadLetterFilters, type Job } from './operator-api.ts';
import { showPage } from './pages.ts';
import { type Choice, confirmPage } from './redrive-page.ts';
import { replayForm } from './replay-page.ts';
import { secretPage } from './secret-page.ts';
import type { ConsoleSources } from './sources.ts';

const maxBytes = 65_536;

/** The page to show, or the address of the page that follows. */
type Next = Page | string;
type Act = (form: URLSearchParams, sources: ConsoleSources, id: string) => Promise<Next>;

/** The forms that change something, which only the console's own pages can send. */
export function formRoutes(sources: ConsoleSources): Hono {
  const app = new Hono();
  const refused = async (c: Context, { status, detail }: ProblemError) =>
    showPage(c, failurePage('Not done', { status, message: detail }), sources);
  const limit = bodyLimit({
    maxSize: maxBytes,
    onError: (c) => refused(c, new ProblemError(413, 'too_large', 'This form is too large.')),
  });
  const form = (path: string, act: Act, changes: (form: URLSearchParams) => boolean = () => true) =>
    app.post(path, limit, async (c) => {
      try {
        const fields = await readForm(c.req);
        if (!sources.operations) throw new ProblemError(404, 'not_found', 'No function here keeps dead letters.');
        const { accessToken } = sources;
        if (accessToken && changes(fields) && !isSecret(fields.get('secret') ?? '', accessToken.value))
          return await showPage(c, secretPage(c.req.path, fields, accessToken.file), sources);
        const next = await act(fields, sources, c.req.param('id') ?? '');
        return typeof next === 'string' ? c.redirect(next, 303) : await showPage(c, next, sources);
      } catch (error) {
        if (error instanceof ProblemError) return await refused(c, error);
        throw error;
      }
    });
  form('/dead-letters/confirm', confirm, () => false);
  form('/dead-letters/redrive', redrive);
  form('/dead-letters/:id{\\d{1,15}}/dismiss', dismiss);
  form('/missing/reconcile', reconcile);
  form('/replays', replay, isBegun);
  for (const jobs of ['/redrives', '/replays'])
    form(`${jobs}/:id{[\\w-]{1,64}}/cancel`, (_, sources, id) => cancel(`${jobs}/${id}`, sources));
  return app;
}

async function confirm(form: URLSearchParams, { operations }: ConsoleSources): Promise<Page> {
  const choice = choiceOf(form);
  if (choice.numbers?.length === 0)
    return failurePage('Nothing chosen', { status: 422, message: 'Tick the dead letters to redrive, then ask again.' });
  const counted = await operations!.call<Job>('POST', '/redrives', { ...choice, dry_run: true });
  if (counted.problem !== undefined)
    return failurePage('Nothing was sent', { status: counted.status, message: counted.problem });
  const [only] = choice.numbers?.length === 1 ? choice.numbers : [];
  const one = only === undefined ? undefined : await operations!.call<DeadLetter>('GET', `/dead-letters/${only}`);
  return confirmPage(choice, counted.body.total, one?.problem === undefined ? one?.body : undefined);
}

async function redrive(form: URLSearchParams, { operations }: ConsoleSources): Promise<Next> {
  const begun = await operations!.call<Job>('POST', '/redrives', choiceOf(form));
  if (begun.problem !== undefined)
    return failurePage('Nothing was sent', { status: begun.status, message: begun.problem });
  return `/redrives/${begun.body.id}`;
}

async function dismiss(form: URLSearchParams, { operations }: ConsoleSources, number: string): Promise<Next> {
  const reason = form.get('reason')?.trim();
  if (!reason) return failurePage('Not dismissed', { status: 422, message: 'Say why, then dismiss it again.' });
  const { status, problem } = await operations!.call('POST', `/dead-letters/${number}/dismissal`, { reason });
  return problem === undefined ? `/dead-letters/${number}` : failurePage('Not dismissed', { status, message: problem });
}

async function reconcile(_: URLSearchParams, { operations }: ConsoleSources): Promise<Next> {
  const { status, problem } = await operations!.call('POST', '/reconciliations', {});
  return problem === undefined ? '/missing' : failurePage('Not compared', { status, message: problem });
}

async function replay(form: URLSearchParams, sources: ConsoleSources): Promise<Next> {
  const [trigger, from, to] = [form.get('trigger') ?? '', timestamp(form.get('from')), timestamp(form.get('to'))];
  if (!trigger || !from || !to)
    return replayForm(form, sources, 'Choose a trigger, and two times such as 2026-01-31 14:00.');
  const begun = await sources.operations!.call<Job>('POST', '/replays', {
    trigger,
    from,
    to,
    dry_run: !isBegun(form),
  });
  return begun.problem === undefined ? `/replays/${begun.body.id}` : replayForm(form, sources, begun.problem);
}

/** A replay that is not only counted. */
const isBegun = (form: URLSearchParams) => form.get('start') === 'now';

async function cancel(job: string, { operations }: ConsoleSources): Promise<Next> {
  const { status, problem } = await operations!.call('DELETE', job);
  return problem === undefined ? job : failurePage('Not cancelled', { status, message: problem });
}

/** What a redrive is to take: one, some, those that a filter lets pass, or all. */
export function choiceOf(form: URLSearchParams): Choice {
  if (form.get('what') === 'chosen') return { numbers: form.getAll('number').map(Number).filter(Number.isSafeInteger) };
  const filter = Object.fromEntries(
    deadLetterFilters.flatMap((name) => (form.get(name) ? [[name, form.get(name) as string]] : [])),
  );
  return Object.keys(filter).length > 0 ? { filter } : { all: true };
}

/** RFC 3339 of what a browser's field for a local time holds; this machine's time zone is the reader's. */
export function timestamp(text: string | null): string | undefined {
  const date = new Date(text?.trim().replace(' ', 'T') ?? '');
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
