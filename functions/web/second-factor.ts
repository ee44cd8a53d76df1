import { clientAddress } from '@dormouse/runtime/address';
import type { Env } from '@dormouse/runtime/app';
import type { Context, Hono } from 'hono';
import { asWriter } from './as-writer.ts';
import type { Web } from './dependencies.ts';
import { type Form, givenIn } from './form.ts';
import { type SecondFactorPage, secondFactorPage } from './second-factor-page.ts';
import type { Session, Sessions } from './session.ts';
import { privately, seeOther, viewer } from './viewer.ts';
import { type Act, onWritersForm } from './writers-form.ts';

const path = '/blog/account/second-factor';

/** Turning the second factor of one's own account on and off. */
export function secondFactor(app: Hono<Env>, { ownAccount, site }: Web, sessions: Sessions): void {
  const show = async (c: Context, session: Session, more: Partial<SecondFactorPage> = {}) => {
    const [current, state, me] = await Promise.all([
      site.current(),
      ownAccount.secondFactor(session.token),
      ownAccount.read(session.token),
    ]);
    const page = { site: current, viewer: viewer(c, session), state, hasPassword: me.has_password, ...more };
    return privately(c, secondFactorPage(page), more.problem?.status, more.problem?.headers);
  };
  const onForm = (c: Context, act: Act) =>
    onWritersForm(
      c,
      (_, handle) => asWriter(c, sessions, handle),
      (session, problem, form) => show(c, session, { offer: offerIn(form), problem }),
      act,
    );

  app.get(path, (c) => asWriter(c, sessions, (session) => show(c, session)));

  // No redirects: secret and codes can be shown in these responses alone.
  app.post(path, (c) =>
    onForm(c, async (form, session) =>
      show(c, session, {
        offer: await ownAccount.offerTotp(givenIn(form, 'password'), session.token, clientAddress(c)),
      }),
    ),
  );
  app.post(`${path}/confirm`, (c) =>
    onForm(c, async (form, session) =>
      show(c, session, { codes: await ownAccount.confirmTotp(form.get('code'), session.token) }),
    ),
  );
  app.post(`${path}/off`, (c) =>
    onForm(c, async (form, session) => {
      await ownAccount.dropTotp(givenIn(form, 'password'), form.get('code'), session.token, clientAddress(c));
      return seeOther(c, path);
    }),
  );
}

/** The page that comes back after a wrong code shows again what it showed. Only the viewer's own browser sends it. */
const offerIn = (form: Form) =>
  /^otpauth:\/\/totp\//.test(form.get('uri')) ? { secret: form.get('secret'), uri: form.get('uri') } : undefined;
