import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Runs a few lines in a process of their own, because a log belongs to a process's stdout. */
function lines(code: string, level = 'info'): Record<string, unknown>[] {
  const setup = `
    const { openLog } = await import(${JSON.stringify(join(import.meta.dirname, 'log.ts'))});
    const { runInTrace } = await import(${JSON.stringify(join(import.meta.dirname, 'trace.ts'))});
    const log = openLog({ service: 's', revision: 's-1', version: '1', logLevel: '${level}' });
    ${code}
    await log.flush();`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', setup], { encoding: 'utf8' });
  if (stderr) throw new Error(stderr);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('lines keep their order, those said before the writer was loaded included, and carry severity, service and trace', () => {
  const written = lines(`
    log.info({ n: 1 }, 'first');
    runInTrace({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 }, () => log.warn({ error: new Error('why') }, 'second'));
    await log.flush();
    log.error({}, 'third');
    log.debug({}, 'unheard');`);
  expect(written).toMatchObject([
    {
      severity: 'INFO',
      message: 'first',
      n: 1,
      service: 's',
      revision: 's-1',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
    },
    {
      severity: 'WARN',
      message: 'second',
      trace_id: 'a'.repeat(32),
      span_id: 'b'.repeat(16),
      error: { message: 'why' },
    },
    { severity: 'ERROR', message: 'third' },
  ]);
});

test('secrets are left out', () => {
  const [line] = lines(`log.info({ password: 'x', body: { token: 'y', name: 'n' } }, 'm');`);
  expect(line).toMatchObject({ body: { name: 'n' } });
  expect(JSON.stringify(line)).not.toMatch(/"x"|"y"/);
});

test('of an error its class, code, words and causes are told, not what it carries', () => {
  const [line] = lines(`
    class PostgresError extends Error { name = 'PostgresError'; code = '23505'; detail = 'Key (email)=(marked-value)'; parameters = ['marked-value']; }
    log.error({ error: new Error('it failed', { cause: new PostgresError('duplicate key of ann@example.org') }) }, 'm');`);
  expect(line).toMatchObject({
    error: {
      type: 'Error',
      message: 'it failed',
      stack: expect.any(String),
      cause: { type: 'PostgresError', code: '23505' },
    },
  });
  expect(JSON.stringify(line)).not.toMatch(/marked-value|ann@/);
});

test('a silent log says nothing', () => expect(lines(`log.error({}, 'm');`, 'silent')).toEqual([]));
