import { askJson } from '../ask.ts';
import { type Attack, atRate } from '../attack.ts';

/** Passwords tried for an author who is at work, from many addresses. */
export const logInsByName: Attack = {
  name: 'wrong log-ins by name',
  run: (context, tally) =>
    atRate(1, context, tally, async (n) => {
      const { site, random } = context;
      const body = { username: site.author, password: `correct horse ${random.whole(0, 1e9)}` };
      const { status } = await askJson({ port: site.port, path: '/api/login', body, from: `127.0.4.${1 + (n % 250)}` });
      tally.count(status);
      if (status !== 401 && status !== 429 && status !== 503) tally.breach(`a wrong password was answered ${status}`);
    }),
};

/** Of one address, in a minute; see `defaultLimits` of auth. */
const perMinute = 60;

/** Names and passwords tried from one address, which says each time that it is another one. */
export const logInsByAddress: Attack = {
  name: 'wrong log-ins by address, forged',
  async run(context, tally) {
    const begun = Date.now();
    let tried = 0;
    await atRate(3, context, tally, async (n) => {
      const { site, random } = context;
      const other = `203.0.113.${random.whole(1, 255)}`;
      const headers = {
        'x-client-address': other,
        'x-forwarded-for': other,
        forwarded: `for=${other}`,
        'x-real-ip': other,
      };
      const body = { username: `nobody-${random.whole(0, 1e6)}`, password: `password ${n}` };
      const { status } = await askJson({ port: site.port, path: '/api/login', body, headers, from: '127.0.5.1' });
      tally.count(status);
      if (status === 401) tried++;
      else if (status !== 429 && status !== 503) tally.breach(`a wrong password was answered ${status}`);
      const minutes = Math.ceil((Date.now() - begun) / 60_000) + 1;
      if (tried > minutes * perMinute)
        tally.breach(`${tried} passwords were tried from one address in ${minutes} minutes`);
    });
  },
};
