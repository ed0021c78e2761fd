/** The set-up cannot go on. The message is one sentence that says what the reader has to do. */
export class SetupError extends Error {}
