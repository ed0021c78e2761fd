/** An id may hold slashes and per cent signs: it is the last part of the path, decoded once. */
export function idInAddress(pathname: string): string {
  const last = pathname.slice(pathname.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}
