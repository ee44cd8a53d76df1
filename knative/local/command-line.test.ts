import { describe, expect, it } from 'vitest';
import { readSettings } from './command-line.ts';

const read = (args: string[], env: Record<string, string> = {}) => readSettings(args, env, '/project');

describe('the command line', () => {
  it('has usual values', () => {
    expect(read([])).toEqual({
      help: false,
      port: 8080,
      consolePort: 8081,
      host: '127.0.0.1',
      home: '/project/.dormouse',
      overlay: '/project/knative/overlays/local',
      verbose: false,
      watch: true,
      prewarmed: true,
      inspect: [],
      observe: undefined,
    });
  });

  it('wins over the environment', () => {
    const env = { PORT: '1', CONSOLE_PORT: '2', DORMOUSE_HOME: '/home' };
    expect(read([], env)).toMatchObject({ port: 1, consolePort: 2, home: '/home' });
    expect(
      read(
        [
          '--port',
          '3',
          '--console-port=4',
          '--home',
          '/other',
          '--no-watch',
          '--no-prewarm',
          '--verbose',
          '--host',
          '::1',
          '--overlay',
          'x',
        ],
        env,
      ),
    ).toMatchObject({
      port: 3,
      consolePort: 4,
      home: '/other',
      watch: false,
      prewarmed: false,
      verbose: true,
      host: '::1',
      overlay: 'x',
    });
  });

  it('sends telemetry to the given address, by flag or by OpenTelemetry’s variable', () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a:4318' };
    expect(read([], env).observe).toBe('http://a:4318');
    expect(read(['--observe', 'http://b:4318'], env).observe).toBe('http://b:4318');
  });

  it.each([
    [['--prot', '1'], {}, "Unknown option '--prot'; see --help"],
    [['start'], {}, "Unexpected argument 'start'"],
    [['--port', '70000'], {}, '--port: 70000 is not a port'],
    [['--observe', 'collector:4318'], {}, '--observe: collector:4318 is not an http URL'],
    [[], { CONSOLE_PORT: 'x' }, 'CONSOLE_PORT: x is not a port'],
  ])('rejects %j in one line', (args, env, words) => {
    expect(() => read(args, env)).toThrow(words);
    try {
      read(args, env);
    } catch (error) {
      expect((error as Error).message).not.toContain('\n');
    }
  });
});
