import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { skippedFor } from '@dormouse/tests/needs';
import { afterAll, describe, expect, test } from 'vitest';
import { mounting } from './mounted-folders.ts';

const home = mkdtempSync(join(tmpdir(), 'dormouse-mounts-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const { refused, wrap } = await mounting(home);

describe('a program with mounts of its own', skippedFor(refused ? ['private mounts'] : []), () => {
  const settings = join(home, 'settings');
  mkdirSync(settings);
  writeFileSync(join(settings, 'greeting'), 'hello');
  const data = join(home, 'data');
  mkdirSync(data);
  const mounts = [
    { from: settings, mountPath: '/etc/dormouse-shop/settings', readOnly: true },
    { from: data, mountPath: '/dormouse-data', readOnly: false },
    { from: join(settings, 'greeting'), mountPath: '/dormouse-app/greeting.txt', readOnly: true },
  ];
  const run = (line: string) => {
    const [program = '', ...args] = wrap({ argv: ['/bin/sh', '-c', line], cwd: home, folder: home, mounts });
    return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  };

  test('finds them at their paths, and the rest of the machine as it is', () => {
    expect(run('cat /etc/dormouse-shop/settings/greeting /dormouse-app/greeting.txt; pwd; ls /etc/passwd')).toBe(
      `hellohello${home}\n/etc/passwd\n`,
    );
  });

  test('writes into those that may be written, and nowhere else', () => {
    run('echo kept > /dormouse-data/file; echo lost > /etc/dormouse-shop/lost');
    expect(readFileSync(join(data, 'file'), 'utf8')).toBe('kept\n');
    expect(() => run('echo no > /etc/dormouse-shop/settings/greeting')).toThrow('Read-only file system');
  });

  test('sees what is in the folder above its mount, which may be written as before', () => {
    const mode = '%a';
    const above = (path: string) => {
      const own = [{ from: data, mountPath: path, readOnly: false }];
      const argv = ['/bin/sh', '-c', `stat -c ${mode} /tmp; ls /tmp; touch /tmp/made-here`];
      const [program = '', ...args] = wrap({ argv, cwd: '/', folder: home, mounts: own });
      return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).split('\n');
    };
    const beside = mkdtempSync('/tmp/dormouse-beside-');
    const [permissions, ...names] = above('/tmp/dormouse-below/data');
    rmSync(beside, { recursive: true });
    expect(permissions).toBe((statSync('/tmp').mode & 0o7777).toString(8));
    expect(names).toEqual(expect.arrayContaining(['dormouse-below', beside.slice('/tmp/'.length)]));
    expect(['/tmp/dormouse-below', '/tmp/made-here'].filter((each) => existsSync(each))).toEqual([]);
  });

  test('leaves nothing on the machine', () => {
    expect(['/etc/dormouse-shop', '/dormouse-data', '/dormouse-app'].filter((each) => existsSync(each))).toEqual([]);
    expect(readdirSync(join(home, 'volumes/.mounts'))).toEqual([]);
  });
});
