import { type ChildProcess, spawn } from 'node:child_process';
import { freePort } from '@dormouse/serving/process/free-port';

/** A Service of a cluster as a port of this machine, again and again when a pod has ended. */
export interface LastingForward {
  port: number;
  close(): void;
}

const pauseMs = 500;

/** Runs `kubectl port-forward` for as long as it is not closed. */
export async function lastingForward(namespace: string, service: string, to: number): Promise<LastingForward> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  let closed = false;
  const start = () => {
    if (closed) return;
    child = spawn('kubectl', ['port-forward', '--namespace', namespace, `service/${service}`, `${port}:${to}`], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    // A pod whose container was killed keeps its way, which then leads nowhere.
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('lost connection') || text.includes('error forwarding')) child?.kill();
    });
    child.once('error', () => {}).once('exit', () => setTimeout(start, pauseMs));
  };
  start();
  return {
    port,
    close() {
      closed = true;
      child?.kill();
    },
  };
}
