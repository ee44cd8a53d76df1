import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needs } from '@dormouse/tests/needs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exchange } from './http.ts';

describe('a server whose certificate an authority of its own has signed', needs('openssl'), () => {
  let folder: string;
  let server: Server;
  let url: string;
  /** A certificate for localhost that is its own authority. */
  const authority = (name: string): { key: string; cert: string } => {
    const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)];
    const args = [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
    ];
    execFileSync('openssl', [...args, '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert], {
      stdio: 'ignore',
    });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  };
  let ca: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dormouse-http-'));
    const own = authority('own');
    ca = own.cert;
    server = createServer(own, (_, response) => response.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, resolve));
    url = `https://localhost:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });

  test('is believed by whoever names that authority, and by nobody else, on kept connections as well', async () => {
    const untrusted = { code: expect.stringMatching(/SELF_SIGNED|UNABLE_TO_VERIFY/) };
    await expect(exchange(url)).rejects.toMatchObject(untrusted);
    expect((await exchange(url, { ca })).body.toString()).toBe('hello');
    await expect(exchange(url)).rejects.toMatchObject(untrusted);
    await expect(exchange(url, { ca: authority('other').cert })).rejects.toMatchObject({ code: expect.any(String) });
    expect((await exchange(url, { ca })).status).toBe(200);
  });

  test('must have the name that was asked for', async () => {
    await expect(exchange(url.replace('localhost', '127.0.0.1'), { ca })).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
  });
});
