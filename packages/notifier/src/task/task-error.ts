/** What a FAILURE or RETRY says of what was thrown. */
export interface TaskErrorData {
  readonly error: string;
  readonly error_type: string;
}

/** Never throws, whatever was thrown. */
export function taskErrorData(thrown: unknown): TaskErrorData {
  try {
    if (thrown instanceof Error) {
      return { error: String(thrown.message), error_type: String(thrown.name) || 'Error' };
    }
    return { error: String(thrown), error_type: thrown === null ? 'null' : typeof thrown };
  } catch {
    return { error: 'what was thrown cannot be shown', error_type: 'unknown' };
  }
}
