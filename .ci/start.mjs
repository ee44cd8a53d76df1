// Runs `npm start` in this folder, asks for /health and the front page, then ends it by SIGTERM; exits 1 unless all of
// it is as it should be. For a machine that has no curl.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

const url = 'http://127.0.0.1:8080';
const began = Date.now();
// In a process group of its own, so that what it leaves behind is found.
const child = spawn('npm', ['start'], { stdio: 'inherit', detached: true });
const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(code ?? signal)));

/** The answer, once it is 200; gives up after two minutes or when the platform has ended. */
async function answer(path) {
  while (child.exitCode === null && Date.now() - began < 120_000) {
    const response = await fetch(url + path).catch(() => undefined);
    const body = await response?.text();
    if (response?.status === 200) {
      console.log(`${path} answered 200 after ${((Date.now() - began) / 1000).toFixed(1)} s`);
      return body;
    }
    await sleep(100);
  }
  throw new Error(`${path} did not answer 200`);
}

function fail(problem) {
  console.error(`npm start: ${problem}`);
  process.exitCode = 1;
}

try {
  const health = await answer('/health');
  if (JSON.parse(health).status !== 'ok') fail(`/health says ${health}`);
  const title = (await answer('/')).match(/<title>(.*?)<\/title>/)?.[1];
  if (!title?.includes('Dormouse')) fail(`the front page's title is ${title}`);
} catch (error) {
  fail(error.message);
}
child.kill('SIGTERM');
const end = await Promise.race([ended, sleep(60_000, 'nothing within 60 s', { ref: false })]);
if (end === 0) console.log('SIGTERM ended it with exit code 0');
else fail(`SIGTERM ended it with ${end}, not exit code 0`);
try {
  process.kill(-child.pid, 'SIGTERM');
  fail('SIGTERM left processes behind');
} catch {
  // nobody is left
}
