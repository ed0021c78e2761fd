import type { AuditAction, AuditEntry } from '@taskwire/listener';
import type { FastifyRequest } from 'fastify';

/** What the entry tells besides who and from where. */
export interface AuditSubject {
  readonly target?: string;
  readonly task_request_id?: string;
  /** No parameters, tokens or payloads: whoever may read the audit log may not see those. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** The entry of what this request asks for; the store writes it with the change itself. */
export const auditEntry = (
  { actor, ip }: Pick<FastifyRequest, 'actor' | 'ip'>,
  action: AuditAction,
  subject: AuditSubject = {},
): AuditEntry => ({
  actor: actor?.name ?? 'nobody',
  role: actor?.role ?? 'none',
  action,
  target: subject.target ?? subject.task_request_id ?? null,
  task_request_id: subject.task_request_id ?? null,
  detail: subject.detail ?? {},
  remote_address: ip,
});
