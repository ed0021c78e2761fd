/** Of `tasks wait` and `tasks run --wait`: what became of the task. */
export const EXIT_OF_STATUS: Readonly<Record<string, number>> = { SUCCESS: 0, FAILURE: 3, CANCELLED: 4 };

export const EXIT_NOT_IN_TIME = 5;

/** For the help. */
export const EXIT_CODES_OF_WAIT: Readonly<Record<number, string>> = {
  0: 'SUCCESS',
  3: 'FAILURE',
  4: 'CANCELLED',
  5: 'it has not ended within --timeout',
};
