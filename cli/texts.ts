import {
  type ApplicationText,
  ArgumentScannerError,
  formatMessageForArgumentScannerError,
  text_en,
} from '@stricli/core';
import { errorText } from './exit-codes.ts';

/**
 * What the program says of errors, always in one style: `dormouse events tail: what is wrong`.
 * @param command the words that name the command
 */
export function texts(command: string): ApplicationText {
  const error = (text: string) => `${command}: ${text}`;
  const usage = (text: string) => error(`${text} ("${command} --help" shows how to call it)`);
  return {
    ...text_en,
    briefs: { ...text_en.briefs, argumentEscapeSequence: 'Everything after it is an argument, not an option' },
    noCommandRegisteredForInput: ({ input, corrections }) =>
      usage(`there is no command "${input}"${corrections.length > 0 ? `; did you mean ${either(corrections)}?` : ''}`),
    exceptionWhileParsingArguments: (thrown) =>
      thrown instanceof ArgumentScannerError ? usage(scannerMessage(thrown)) : error(errorText(thrown)),
    exceptionWhileLoadingCommandFunction: (thrown) => error(`cannot be loaded: ${stackOf(thrown)}`),
    exceptionWhileLoadingCommandContext: (thrown) => error(stackOf(thrown)),
    exceptionWhileRunningCommand: (thrown) => error(errorText(thrown)),
    exceptionWhileRunningIntegrationHook: ({ exception }) => error(stackOf(exception)),
    exceptionWhileRunningIntegrationFlag: ({ exception }) => error(stackOf(exception)),
    commandErrorResult: (result) => error(errorText(result)),
  };
}

const stackOf = (thrown: unknown): string =>
  thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);

const either = (names: readonly string[]): string =>
  names.map((name) => `"${name.replaceAll(/["`]/g, '')}"`).join(' or ');

function scannerMessage(thrown: ArgumentScannerError): string {
  return formatMessageForArgumentScannerError(thrown, {
    FlagNotFoundError: ({ input, corrections }) =>
      `there is no option --${input}${corrections.length > 0 ? `; did you mean ${either(corrections.map((each) => `--${each}`))}?` : ''}`,
    AliasNotFoundError: ({ input }) => `there is no option -${input}`,
    ArgumentParseError: ({ externalFlagNameOrPlaceholder: name, input, exception }) =>
      `${nameOf(name)} ${input || '""'}: ${exception instanceof Error ? exception.message : exception}`,
    EnumValidationError: ({ externalFlagName, input, values }) =>
      `--${externalFlagName} ${input}: must be one of ${values.join(', ')}`,
    UnsatisfiedFlagError: ({ externalFlagName, nextFlagName }) =>
      `--${externalFlagName} is missing${nextFlagName ? ` or has no value before --${nextFlagName}` : ' or has no value'}`,
    UnexpectedPositionalError: ({ input }) => `unexpected argument "${input}"`,
    UnsatisfiedPositionalError: ({ placeholder }) => `${placeholder} is missing`,
    UnexpectedFlagError: ({ externalFlagName }) => `--${externalFlagName} is given twice`,
    InvalidNegatedFlagSyntaxError: ({ externalFlagName }) => `--${externalFlagName} takes no value`,
  });
}

/** Placeholders of arguments are in capitals, names of options are not. */
const nameOf = (name: string): string => (name === name.toUpperCase() ? name : `--${name}`);
