/** One line of progress. On standard error, so that the output of what runs after the set-up stays its own. */
export function say(/** @type {string} */ line) {
  console.error(`set-up: ${line}`);
}
