import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, askJson } from '../ask.ts';
import { type Attack, atRate } from '../attack.ts';

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Access tokens that are none: of another key, unsigned, changed, of a session that has ended, too long. */
export const badTokens: Attack = {
  name: 'invented and ended tokens',
  run: (context, tally) =>
    atRate(5, context, tally, async (n) => {
      const { site, random } = context;
      const { endedToken } = site.victim;
      const [head = '', claims = '', signature = ''] = endedToken.split('.');
      const admin = encoded({ ...JSON.parse(Buffer.from(claims, 'base64url').toString()), role: 'admin', exp: 4e9 });
      const token = random.pick([
        endedToken,
        `${head}.${admin}.${signature}`,
        `${encoded({ alg: 'none', typ: 'at+jwt' })}.${admin}.`,
        `${encoded({ alg: 'HS256', typ: 'at+jwt' })}.${admin}.${randomBytes(32).toString('base64url')}`,
        `${head}.${claims}.${randomBytes(64).toString('base64url')}`,
        `${encoded({ alg: 'EdDSA', typ: 'at+jwt', kid: '../../x' })}.${claims}.${signature}`,
        'x'.repeat(8_000),
        '..',
      ]);
      const headers = { authorization: `Bearer ${token}` };
      const from = `127.0.6.${1 + (n % 250)}`;
      const body = { title: 'Forged', content: 'Forged.', category_name: 'Forged' };
      const { status } = await random.pick([
        () => ask({ port: site.port, path: '/api/me', headers, from }),
        () => ask({ port: site.port, path: '/verify', headers, from }),
        () => ask({ port: site.port, path: '/api/journal/events', headers, from }),
        () => askJson({ port: site.port, path: '/blog/api/posts', headers, from, body }),
      ])();
      tally.count(status);
      if (status !== 401 && status !== 429) tally.breach(`a token that is none was answered ${status}: ${token}`);
    }),
};

/** Of the session's own renewals, which show that it lives on. */
const renewalMs = 15_000;

/** Refresh tokens with the id of a session, which is no secret, and an invented rest. */
export const inventedSecrets: Attack = {
  name: 'refresh with invented secrets',
  async run(context, tally) {
    const { site, going } = context;
    const { victim, port } = site;
    const renew = async () => {
      for (let next = 0; going(); await sleep(250)) {
        if (Date.now() < next) continue;
        next = Date.now() + renewalMs;
        const body = { refresh_token: victim.refreshToken };
        const { status, text } = await askJson({ port, path: '/api/token/refresh', body, from: '127.0.7.1' });
        tally.count(`${status} to the owner`);
        if (status === 200) victim.refreshToken = (JSON.parse(text) as { refresh_token: string }).refresh_token;
        else tally.breach(`the owner of a session was answered ${status}: ${text}`);
      }
    };
    const invent = atRate(2, context, tally, async () => {
      const [session] = victim.refreshToken.split('.');
      const body = { refresh_token: `${session}.${randomBytes(32).toString('base64url')}` };
      const { status } = await askJson({ port, path: '/api/token/refresh', body, from: '127.0.7.2' });
      tally.count(status);
      if (status !== 401) tally.breach(`an invented refresh token was answered ${status}`);
    });
    await Promise.all([renew(), invent]);
  },
};
