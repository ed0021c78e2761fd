import type { AuditSource } from '@taskwire/listener';
import type { FastifyRequest } from 'fastify';

/** Who asks, and from where, as the audit log tells it. The store writes it with the change itself. */
export const auditSource = ({ actor, ip }: Pick<FastifyRequest, 'actor' | 'ip'>): AuditSource => ({
  actor: actor?.name ?? 'nobody',
  role: actor?.role ?? 'none',
  remote_address: ip,
});
