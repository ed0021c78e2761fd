import { type ParseArgsConfig, parseArgs } from 'node:util';

/**
 * The flags of a command of this repository. One that it does not know, or that lacks its value, ends it with a line
 * that says so and exit code 2.
 */
export function readFlags<Config extends ParseArgsConfig>(
  config: Config,
): ReturnType<typeof parseArgs<Config>> {
  try {
    return parseArgs(config);
  } catch (error) {
    refuseFlags(error instanceof Error ? error.message : String(error));
  }
}

/**
 * The whole number above 0 that a flag was given; anything else ends the command in the same way.
 * @param name of the flag, without its dashes
 */
export function wholeNumberFlag(name: string, value: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number) && number > 0) return number;
  refuseFlags(`--${name}: expected a whole number from 1, got ${value}`);
}

function refuseFlags(problem: string): never {
  console.error(problem);
  process.exit(2);
}
