import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

interface Service {
  image: string;
  command?: string[];
  ports?: string[];
  network_mode?: string;
  volumes: string[];
}
const { services, volumes } = parse(readFileSync(join(import.meta.dirname, 'compose.yaml'), 'utf8'), {
  merge: true,
}) as {
  services: Record<string, Service>;
  volumes: object;
};
const each = Object.entries(services);

test('collector, Prometheus, Tempo, Loki, Grafana and Alertmanager run, each at a version of its own', () => {
  expect(Object.keys(services).sort()).toEqual(['alertmanager', 'collector', 'grafana', 'loki', 'prometheus', 'tempo']);
  for (const [name, { image }] of each) expect(image, name).toMatch(/^docker\.io\/.+:v?\d+\.\d+\.\d+$/);
});

test('nobody but this machine reaches them', () => {
  const ports = each.flatMap(([, service]) => service.ports ?? []);
  expect(ports.length).toBeGreaterThan(0);
  expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  expect(
    each
      .filter(([name, service]) => name !== 'grafana' && service.network_mode !== 'service:grafana')
      .map(([name]) => name),
  ).toEqual([]);
});

test('what is mounted exists, and so does every file that a command names', () => {
  for (const [name, service] of each) {
    const mounts = service.volumes.map((volume) => volume.split(':') as [string, string]);
    for (const [from] of mounts)
      expect(
        from.startsWith('./') ? existsSync(join(import.meta.dirname, from)) : from in volumes,
        `${name}: ${from}`,
      ).toBe(true);
    for (const file of (service.command ?? []).flatMap(
      (argument) => /^--?config[.\w]*=(.+)$/.exec(argument)?.[1] ?? [],
    )) {
      const [from, to] =
        mounts.find(([, target]) => file.startsWith(`${target}/`)) ?? expect.fail(`${name}: ${file} is not mounted`);
      expect(existsSync(join(import.meta.dirname, from, file.slice(to.length + 1))), `${name}: ${file}`).toBe(true);
    }
  }
});
