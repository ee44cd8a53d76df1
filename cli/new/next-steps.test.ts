import { expect, test } from 'vitest';
import { nextSteps } from './next-steps.ts';

const naps = { name: 'naps', path: '/naps', hasTable: false, consumes: [] };

test('a platform that runs is asked where it answers, and is not started again', () => {
  const lines = nextSteps(naps, { url: 'http://127.0.0.1:9090', isRunning: true });
  expect(lines).toContain('  curl http://127.0.0.1:9090/naps');
  expect(lines).not.toContain('  npm start');
});

test('a platform that does not run is started first', () => {
  const lines = nextSteps(naps, { url: 'http://127.0.0.1:8080', isRunning: false });
  expect(lines.slice(3)).toEqual(['  npm start', '  curl http://127.0.0.1:8080/naps']);
});
