import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig, variable } from './config.ts';

test('the environment becomes a frozen value; other functions are found by their variables', () => {
  const config = readConfig({
    K_SERVICE: 'posts',
    PORT: '8081',
    AUTH_URL: 'http://auth/',
    DATABASE_URL: 'postgres://d',
    REDIS_URL: 'redis://r',
    K_SINK: 'http://broker/x/',
    PURGE_URL: 'https://cdn/purge',
  });
  expect(config).toMatchObject({
    service: 'posts',
    port: 8081,
    databaseUrl: 'postgres://d',
    sink: 'http://broker/x',
    purgeUrl: 'https://cdn/purge',
    purgeForm: 'surrogate-key',
    urls: { auth: 'http://auth' },
    telemetry: { metrics: 'none', serviceName: 'posts' },
  });
  expect(Object.keys(config.urls)).toEqual(['auth']);
  expect(Object.isFrozen(config) && Object.isFrozen(config.urls)).toBe(true);
});

test.each([
  ['K_SERVICE', {}],
  ['PORT', { K_SERVICE: 'x', PORT: 'eighty' }],
  ['K_SINK', { K_SERVICE: 'x', K_SINK: 'broker' }],
  ['PURGE_URL', { K_SERVICE: 'x', PURGE_URL: 'cdn' }],
  ['PURGE_FORM', { K_SERVICE: 'x', PURGE_URL: 'https://cdn', PURGE_FORM: 'ban' }],
  ['OTEL_METRICS_EXPORTER', { K_SERVICE: 'x', OTEL_METRICS_EXPORTER: 'console' }],
])('a bad %s stops the start by its name', (name, env) => expect(() => readConfig(env)).toThrow(name));

test('a variable of a function that is missing stops the start by its name', () => {
  expect(() => variable('NOT_SET_ANYWHERE')).toThrow('NOT_SET_ANYWHERE');
  expect(variable('NOT_SET_ANYWHERE', 'x')).toBe('x');
});

test('functions read the environment in config.ts only, and the Job of backups where it starts', () => {
  const functions = join(import.meta.dirname, '..');
  const readers = readdirSync(functions, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.(?:test|fixture))\.ts$/.test(file) && !file.includes('node_modules'))
    .filter((file) => /\bprocess\s*(\.|\?\.|\[['"`])\s*env\b/.test(readFileSync(join(functions, file), 'utf8')));
  expect(readers.sort()).toEqual([join('_backup', 'job.ts'), join('_runtime', 'config.ts')]);
});

test('each process is an instance of its own, the next one in the same pod too', () => {
  const pod = 'posts-00003-deployment-7d9f-x2x1';
  const env = { K_SERVICE: 'posts', K_REVISION: 'posts-00003', HOSTNAME: pod };
  const [one, next] = [readConfig(env), readConfig(env)];
  expect([one.pod, next.pod]).toEqual([pod, pod]);
  expect(one.instance.startsWith(`${pod}-`)).toBe(true);
  expect(next.instance.startsWith(`${pod}-`)).toBe(true);
  expect(next.instance).not.toBe(one.instance);
  expect(readConfig({ ...env, HOSTNAME: 'laptop' })).not.toHaveProperty('pod');
});
