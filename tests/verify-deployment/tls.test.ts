import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { siteAt } from '@dormouse/cli/verify-deployment/site';
import { tlsChecks } from '@dormouse/cli/verify-deployment/tls-checks';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../needs.ts';

describe('certificates', needs('openssl'), () => {
  let folder: string;
  let server: Server;
  const trusted = getCACertificates('default');
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'dormouse-tls-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  afterEach(() => {
    setDefaultCACertificates(trusted);
    server.closeAllConnections();
    server.close();
  });

  /** What the check says of a server whose certificate is good for so many days. */
  async function asked({
    days,
    isTrusted = true,
    headers = {},
  }: {
    days: number;
    isTrusted?: boolean;
    headers?: object;
  }) {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const made = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      String(days),
    ];
    execFileSync('openssl', [...made, ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' });
    if (isTrusted) setDefaultCACertificates([...trusted, readFileSync(cert, 'utf8')]);
    server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => {
      response.writeHead(200, { ...headers }).end();
    });
    await new Promise<void>((done) => server.listen(0, 'localhost', done));
    const url = `https://localhost:${(server.address() as AddressInfo).port}`;
    const site = siteAt(url, { token: undefined, account: undefined, kubernetes: undefined });
    return await Promise.all(tlsChecks.map((check) => check.ask(site).catch((error: Error) => error.message)));
  }

  test('one that is good', async () => {
    const seen = await asked({ days: 90, headers: { 'strict-transport-security': 'max-age=31536000' } });
    expect(seen).toEqual([
      expect.stringMatching(/^TLSv1\.3, certificate for 89 more days/),
      expect.stringContaining('port of its own'),
    ]);
  });

  test('one that ends soon, and no word that browsers come by https only', async () => {
    expect(await asked({ days: 5 })).toEqual([
      expect.stringMatching(/^the certificate ends in 4 days/),
      expect.stringContaining('no Strict-Transport-Security'),
    ]);
  });

  test('one that nobody trusts', async () => {
    expect((await asked({ days: 90, isTrusted: false }))[0]).toContain('self-signed certificate');
  });
});
