/**
 * What the server puts into the page as it was built: the way from the page to the root of the dashboard, and the nonce
 * of this answer. The way is relative to what was asked for, so it also holds behind a proxy that takes a prefix away.
 * @param html index.html as built
 * @param path what was asked for, below the prefix of the plugin: `/`, `/tasks`, `/tasks/a%2Fb`
 */
export function pageFor(html: string, path: string, nonce: string): string {
  const root = rootOf(path);
  return html
    .replaceAll('="./', `="${root}`)
    .replaceAll('NONCE', nonce)
    .replace('<head>', `<head><meta name="taskwire-root" content="${root}">`);
}

/** `./` for `/tasks`, `../` for `/tasks/1`. */
const rootOf = (path: string): string => '../'.repeat(Math.max(path.split('/').length - 2, 0)) || './';
