import { Telemetry } from '@dormouse/telemetry/telemetry';
import { describe, expect, it } from 'vitest';
import { createOutputs } from './instance-output.ts';

function outputs(level: 'info' | 'debug' = 'info') {
  const telemetry = new Telemetry();
  const printed: string[] = [];
  return {
    telemetry,
    printed,
    ...createOutputs({ telemetry, level, print: (line) => printed.push(line) }).of('posts', 'posts-00001-1'),
  };
}

describe('what a process prints', () => {
  it('is kept with its trace and shown in one line', () => {
    const { telemetry, printed, output } = outputs();
    const traceId = 'a'.repeat(32);
    output(
      JSON.stringify({
        level: 30,
        time: 1_700_000_000_000,
        msg: 'created',
        trace_id: traceId,
        span_id: 'b'.repeat(16),
        id: 7,
      }),
      'stdout',
    );
    expect(printed).toEqual(['posts      │ created id=7']);
    expect(telemetry.logLines({ trace: traceId })).toMatchObject([
      {
        timeMs: 1_700_000_000_000,
        service: 'posts',
        instance: 'posts-00001-1',
        level: 'info',
        message: 'created',
        fields: { id: 7 },
      },
    ]);
  });

  it('is shown from its level on', () => {
    for (const level of [20, 'DEBUG', 'debug'] as const) {
      const { printed, output } = outputs();
      output(JSON.stringify({ level, msg: 'x' }), 'stdout');
      expect(printed).toEqual([]);
    }
    const { printed, output } = outputs('debug');
    output('{"severity":"DEBUG","msg":"x"}', 'stdout');
    expect(printed).toEqual(['posts      │ DEBUG x']);
  });

  it('may be anything', () => {
    const { printed, output } = outputs();
    for (const line of ['plain', '{"broken', '{}', '', '[1]']) output(line, 'stdout');
    output('to stderr', 'stderr');
    expect(printed).toEqual([
      'posts      │ plain',
      'posts      │ {"broken',
      'posts      │ ',
      'posts      │ [1]',
      'posts      │ ERROR to stderr',
    ]);
  });

  it('shows of an error what it says', () => {
    const { printed, output } = outputs();
    output(JSON.stringify({ level: 50, msg: 'failed', error: { message: 'no table', stack: 'at x' } }), 'stdout');
    expect(printed).toEqual(['posts      │ ERROR failed error="no table"']);
  });

  it('gives the cause when the process ends', () => {
    const { output, lastWords } = outputs();
    for (const line of [
      'file:///x/main.js:3',
      'throw new Error("no KEYS_DIR")',
      '      ^',
      '',
      'Error: no KEYS_DIR',
      '    at file:///x/main.js:3:7',
      'Node.js v24.21.0',
    ])
      output(line, 'stderr');
    expect(lastWords()).toBe('Error: no KEYS_DIR');
  });
});
