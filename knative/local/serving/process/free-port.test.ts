import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from 'vitest';
import { freePort } from './free-port.ts';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill();
});

/** What a process got that asks for `count` ports at once and lives on. */
async function portsOfAnother(count: number): Promise<number[]> {
  const program = `const { freePort } = await import(${JSON.stringify(join(import.meta.dirname, 'free-port.ts'))});
    console.log(JSON.stringify(await Promise.all(Array.from({ length: ${count} }, freePort))));
    setInterval(() => {}, 60_000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  for await (const line of createInterface(child.stdout)) return JSON.parse(line) as number[];
  throw new Error('it printed nothing');
}

describe('a free port', () => {
  it('is another one at each call, below those of outgoing connections', async () => {
    const ports = await Promise.all(Array.from({ length: 50 }, freePort));
    expect(new Set(ports).size).toBe(50);
    for (const port of ports) expect(port).toBeLessThan(32_000);
  });

  it('is none that somebody listens on', async () => {
    const taken = (await freePort()) + 1;
    const server = createServer().listen(taken, '127.0.0.1');
    await once(server, 'listening');
    expect(await freePort()).not.toBe(taken);
    server.close();
  });

  it('is never given out by two platforms at once', async () => {
    const [one, other] = await Promise.all([portsOfAnother(150), portsOfAnother(150)]);
    expect(one).toHaveLength(150);
    expect(one.filter((port) => other.includes(port))).toEqual([]);
  });
});
