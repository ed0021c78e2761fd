/**
 * The one error type of taskwire. `code` is stable and can be searched for; `retryable` says whether the same
 * call can succeed later without anybody changing anything.
 */
export const ERROR_CODES = {
  setting_invalid: { retryable: false },
  event_invalid: { retryable: false },
  event_too_large: { retryable: false },
  outbox_full: { retryable: true },
  outbox_unavailable: { retryable: true },
  outbox_locked: { retryable: true },
  notifier_stopped: { retryable: false },
  redis_unavailable: { retryable: true },
  database_unavailable: { retryable: true },
  database_unsuitable: { retryable: false },
  migration_failed: { retryable: false },
  schema_too_new: { retryable: false },
  task_unknown: { retryable: false },
  task_exists: { retryable: false },
  parameters_invalid: { retryable: false },
  task_timeout: { retryable: true },
  task_cancelled: { retryable: false },
  network_target_refused: { retryable: false },
  host_unresolved: { retryable: true },
  certificate_key_unknown: { retryable: false },
  ciphertext_tampered: { retryable: false },
  not_found: { retryable: false },
  request_invalid: { retryable: false },
  unauthorized: { retryable: false },
  forbidden: { retryable: false },
  cross_site: { retryable: false },
  host_unknown: { retryable: false },
  too_many_requests: { retryable: true },
  request_too_large: { retryable: false },
  headers_too_large: { retryable: false },
  media_type_unsupported: { retryable: false },
  not_acceptable: { retryable: false },
  too_many_readers: { retryable: true },
  api_unavailable: { retryable: true },
  internal_error: { retryable: false },
  stopped: { retryable: false },
} as const satisfies Record<string, { readonly retryable: boolean }>;

export type ErrorCode = keyof typeof ERROR_CODES;

export class TaskwireError extends Error {
  override readonly name = 'TaskwireError';
  readonly code: ErrorCode;
  readonly retryable: boolean;

  /** @param message what happened, with which value, and what to do about it, in one sentence. */
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryable = ERROR_CODES[code].retryable;
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
