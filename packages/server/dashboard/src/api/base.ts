const root = document.querySelector<HTMLMetaElement>('meta[name="taskwire-root"]')?.content ?? './';

/** Where the dashboard is mounted: the server says where that is from the page that was asked for. Ends with a slash. */
export const BASE_URL = new URL(root, window.location.href);
BASE_URL.search = '';
BASE_URL.hash = '';

/** The same without the slash at its end, as the router wants it. */
export const BASE_PATH = BASE_URL.pathname.replace(/\/$/, '');
