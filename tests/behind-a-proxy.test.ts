import { execFile, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { trustedProxies } from '@dormouse/local/trusted-proxies';
import { freePort } from '@dormouse/serving/process/free-port';
import { Telemetry } from '@dormouse/telemetry/telemetry';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { needs } from './needs.ts';
import type { Target } from './target.ts';
import { openInProcess } from './targets/in-process.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/how-to/behind-a-proxy.md'), 'utf8');
const site = 'https://blog.example';
const run = promisify(execFile);

/** The block of the page in this language, with this machine's addresses for those of the page. */
function configuration(language: string, here: Readonly<Record<string, string>>): string {
  let text = page.split(`\`\`\`${language}\n`)[1]?.split('```')[0] ?? '';
  for (const [there, replacement] of Object.entries(here)) {
    expect(text).toContain(there);
    text = text.replaceAll(there, replacement);
  }
  return text;
}

interface Started {
  program: string;
  args: string[];
}

/** How each proxy is started: `port` for https, `blog` the port of the ingress. */
const proxies: Record<string, (folder: string, port: number, blog: number, plain: number) => Started> = {
  nginx(folder, port, blog, plain) {
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    const subject = ['-subj', '/CN=blog.example', '-addext', 'subjectAltName=DNS:blog.example'];
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', ...kind, '-keyout', key, '-out', certificate, ...subject], { stdio: 'ignore' });
    const site = configuration('nginx', {
      'listen 443 ssl;': `listen 127.0.0.1:${port} ssl;`,
      'listen 80;': `listen 127.0.0.1:${plain};`,
      '/etc/letsencrypt/live/blog.example/fullchain.pem': certificate,
      '/etc/letsencrypt/live/blog.example/privkey.pem': key,
      '127.0.0.1:8080': `127.0.0.1:${blog}`,
    });
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${join(folder, name)};`,
    );
    const main = `daemon off; pid ${join(folder, 'pid')}; error_log stderr; events {} http { access_log off; ${temporary.join(' ')}\n${site}}`;
    writeFileSync(join(folder, 'nginx.conf'), main);
    return { program: 'nginx', args: ['-e', 'stderr', '-c', join(folder, 'nginx.conf')] };
  },
  caddy(folder, port, blog, plain) {
    const site = configuration('caddyfile', { '127.0.0.1:8080': `127.0.0.1:${blog}` });
    const options = `admin off\nlocal_certs\nskip_install_trust\nhttps_port ${port}\nhttp_port ${plain}\nstorage file_system ${folder}`;
    writeFileSync(join(folder, 'Caddyfile'), `{\n${options}\n}\n${site}`);
    return { program: 'caddy', args: ['run', '--adapter', 'caddyfile', '--config', join(folder, 'Caddyfile')] };
  },
};

/** A browser as far as curl is one: it keeps cookies by the rules of their prefixes, and comes from an address of its own. */
function browserBehind(folder: string, port: number) {
  const jar = join(folder, 'cookies.txt');
  const here = ['--connect-to', `blog.example:443:127.0.0.1:${port}`, '--interface', '127.0.0.2', '--insecure'];
  const fetched = async (path: string, ...more: string[]) => {
    const { stdout: text } = await run('curl', [
      '-sSi',
      '--http1.1',
      ...here,
      '-b',
      jar,
      '-c',
      jar,
      ...more,
      site + path,
    ]);
    const end = text.indexOf('\r\n\r\n');
    return { status: Number(text.slice(9, 12)), head: text.slice(0, end).toLowerCase(), body: text.slice(end + 4) };
  };
  const hidden = (html: string) =>
    Array.from(html.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g), ([, name, value]) => [
      name as string,
      value as string,
    ]);
  return {
    get: (path: string, ...headers: string[]) => fetched(path, ...headers.flatMap((header) => ['-H', header])),
    /** Sends the form of a page. */
    async send(path: string, typed: Record<string, string>, headers: readonly string[]) {
      const fields = [...hidden((await fetched(path)).body), ...Object.entries(typed)];
      const data = fields.flatMap(([name, value]) => ['--data-urlencode', `${name}=${value}`]);
      return fetched(path, ...headers.flatMap((header) => ['-H', header]), ...data);
    },
    cookies: () =>
      readFileSync(jar, 'utf8')
        .split('\n')
        .map((line) => line.replace(/^#HttpOnly_/, '').split('\t'))
        .filter((fields) => fields.length === 7)
        .map(([, , , secure, , name]) => ({ name, secure })),
  };
}

const telemetry = new Telemetry();
let blog: Target | undefined;
/** Opened by the first proxy that is here. */
const opened = async (): Promise<Target> =>
  (blog ??= await openInProcess({ publicUrl: site, trustedProxies: trustedProxies(['127.0.0.1']), telemetry }));
afterAll(() => blog?.close());

describe.each(Object.keys(proxies))('behind %s, as the how-to page says,', (name) => {
  const options = needs(name, 'curl', 'openssl');
  let folder: string;
  let port: number;
  const ended: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    if (options.skip) return;
    folder = mkdtempSync(join(tmpdir(), 'dormouse-proxy-'));
    port = await freePort();
    const { program, args } = proxies[name]!(
      folder,
      port,
      Number(new URL((await opened()).url).port),
      await freePort(),
    );
    const proxy = spawn(program, args, { cwd: folder, env: { ...process.env, HOME: folder }, stdio: 'pipe' });
    let said = '';
    proxy.stderr.on('data', (text) => (said += text));
    const exited = new Promise((resolve) => proxy.once('exit', resolve));
    ended.push(async () => {
      proxy.kill('SIGTERM');
      await exited;
    });
    const probe = browserBehind(folder, port);
    await vi.waitFor(async () => expect((await probe.get('/health')).status, said).toBe(200), {
      timeout: 20_000,
      interval: 100,
    });
  }, 120_000);
  afterAll(async () => {
    for (const end of ended) await end();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  test('readers sign up and write, with cookies for https only', options, async () => {
    const ada = browserBehind(folder, port);
    const account = { username: `ada-${name}`, email: 'ada@example.org', password: 'a horse reads 4 newspapers' };
    const fromOldBrowser = [`Origin: ${site}`];
    const signedUp = await ada.send('/blog/signup', account, fromOldBrowser);
    expect([signedUp.status, signedUp.head]).toEqual([303, expect.stringContaining('strict-transport-security')]);
    expect(ada.cookies().sort((a, b) => (a.name! < b.name! ? -1 : 1))).toEqual([
      { name: '__Host-dormouse_access', secure: 'TRUE' },
      { name: '__Host-dormouse_form', secure: 'TRUE' },
      { name: '__Secure-dormouse_refresh', secure: 'TRUE' },
    ]);
    const post = { title: `Behind ${name}`, category_name: 'Proxies', content: 'Text.', action: 'published' };
    const statusFrom = async (...headers: string[]) => (await ada.send('/blog/new', post, headers)).status;
    expect(await statusFrom('Origin: https://evil.example')).toBe(403);
    expect(await statusFrom(`Origin: ${site}`, 'Sec-Fetch-Site: cross-site')).toBe(403);
    expect(await statusFrom(`Origin: ${site}`, 'Sec-Fetch-Site: same-origin')).toBe(303);
    expect((await ada.get(`/blog/posts/behind-${name}`)).body).toContain(
      `<link rel="canonical" href="${site}/blog/posts/behind-${name}">`,
    );
    expect((await ada.get('/blog/feed.xml')).body).toContain(`href="${site}/blog/posts/behind-${name}"`);
  });

  test(
    'what is logged of a request has its client, not the proxy, and not what the client claims',
    options,
    async () => {
      const { head } = await browserBehind(folder, port).get(
        '/health',
        'X-Forwarded-For: 203.0.113.9',
        'X-Real-IP: 203.0.113.9',
      );
      const traceId = /x-trace-id: ([0-9a-f]{32})/.exec(head)?.[1] ?? '';
      expect(telemetry.traces.get(traceId).map(({ attributes }) => attributes['client.address'])).toEqual([
        '127.0.0.2',
      ]);
    },
  );
});
