import type { Terminal } from '../terminal.ts';
import { listDeadLetters, showDeadLetter } from './dead-letters.ts';
import { explain } from './explain.ts';
import { cancel, follow, redrive, replay } from './jobs.ts';
import type { Options } from './options.ts';
import { send } from './send.ts';
import { service } from './service.ts';
import { tail } from './tail.ts';

/**
 * Carries out a command.
 * @param localToken signs a token with the keys of the platform on this machine
 * @returns the exit code
 * @throws Mistake with one line for people
 */
export async function run(options: Options, terminal: Terminal, localToken: () => Promise<string>): Promise<number> {
  const hint = '; is the platform running? "npm start" starts it, --url and --console name one elsewhere';
  const journal = async () =>
    service({
      url: `${options.url}/api/journal`,
      token: options.token ?? (await localToken()),
      name: 'the platform',
      hint,
    });
  const console_ = () => service({ url: options.console, name: 'the console', hint });
  const well = await {
    'dead-letters': async () => listDeadLetters(await journal(), options, terminal),
    'dead-letter': async () => showDeadLetter(await journal(), options, terminal),
    redrive: async () => redrive(await journal(), options, terminal),
    replay: async () => replay(await journal(), options, terminal),
    follow: async () => follow(await journal(), options, terminal),
    cancel: async () => cancel(await journal(), options, terminal),
    tail: () => tail(options, terminal),
    send: () => send(options, terminal),
    explain: () => explain(console_(), options, terminal),
  }[options.command]();
  return well === false ? 1 : 0;
}
