import type { FastifyInstance } from 'fastify';

/** No browser is to guess another type, show it in a frame of others, share a window with them, or use a device for it. */
const EVERYWHERE = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** The API hands out untrusted text (errors, results): nothing of it is to be taken for a page, or kept. */
export const API_HEADERS = {
  ...EVERYWHERE,
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

export function addSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onSend', async (_request, reply) => {
    for (const [name, value] of Object.entries(API_HEADERS)) {
      if (!reply.hasHeader(name)) reply.header(name, value);
    }
  });
}

/**
 * What a page of ours may do: run the scripts and styles that lie beside it, and talk to the server it came from.
 * A `<style>` or `<script>` within the page runs only with the nonce, which has to be new for each answer:
 * `randomBytes(18).toString('base64')`. Set it as `content-security-policy` of the page; the other headers come by
 * themselves.
 */
export function pageContentSecurityPolicy(nonce?: string): string {
  const own = nonce === undefined ? "'self'" : `'self' 'nonce-${nonce}'`;
  return [
    "default-src 'none'",
    `script-src ${own}`,
    `style-src ${own}`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
