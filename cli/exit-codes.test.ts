import { ExitCode } from '@stricli/core';
import { describe, expect, test } from 'vitest';
import { CommandError } from './command-error.ts';
import { errorText, exitCodeOf, exitCodes, processExitCode } from './exit-codes.ts';
import { UsageError } from './usage-error.ts';

describe('exit codes', () => {
  test('2 is for how it was called, 1 for everything else', () => {
    expect(exitCodeOf(new UsageError('x'))).toBe(2);
    expect(exitCodeOf(new CommandError('x'))).toBe(1);
    expect(exitCodeOf(new TypeError('x'))).toBe(1);
  });

  test('the codes of the library become those that are documented', () => {
    for (const code of Object.values(ExitCode))
      expect(Object.keys(exitCodes)).toContain(String(processExitCode(Number(code))));
    expect(processExitCode(ExitCode.InvalidArgument)).toBe(2);
    expect(processExitCode(7)).toBe(7);
  });
});

describe('the text of an error', () => {
  test('is one line for what people can mend', () => {
    expect(errorText(new CommandError('first\nsecond'))).toBe('first');
    expect(errorText(Object.assign(new Error(''), { code: 'ECONNREFUSED' }))).toBe('ECONNREFUSED');
  });

  test('is all that a room below says, what to do instead included', () => {
    expect(
      errorText(Object.assign(new (class DeployError extends Error {})('first\nsecond'), { name: 'DeployError' })),
    ).toBe('first\nsecond');
  });

  test('is the stack of a defect', () => {
    expect(errorText(new TypeError('undefined is no function'))).toMatch(/^TypeError: undefined is no function\n +at /);
    expect(errorText('thrown')).toBe('thrown');
  });
});
