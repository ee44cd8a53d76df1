import type { CommandContext } from '@stricli/core';
import type { Terminal } from './terminal.ts';

/** What a command gets of the world. */
export interface Context extends CommandContext {
  /** Folder of the project. */
  readonly root: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly terminal: Terminal;
  /** Makes the program end with this exit code though nothing was thrown: the command has said what is wrong. */
  exitWith(code: number): void;
}
