/** A kind of file that tends to be left behind. */
export interface FilePattern {
  readonly id: string;
  readonly description: string;
}

interface NamedPattern extends FilePattern {
  readonly matches: RegExp;
}

/** Folders whose whole content counts as the pattern, however its files are named. */
const FOLDER_PATTERNS: readonly NamedPattern[] = [
  { id: 'node_modules', description: 'packages installed by npm', matches: /^node_modules$/ },
  {
    id: 'python_cache',
    description: 'compiled Python',
    matches: /^(__pycache__|\.pytest_cache|\.mypy_cache|\.ruff_cache)$/,
  },
  {
    id: 'virtual_environment',
    description: 'Python virtual environments',
    matches: /^(\.venv|venv|site-packages)$/,
  },
  { id: 'version_control', description: 'repositories of version control', matches: /^\.(git|hg|svn)$/ },
  { id: 'trash', description: 'waste baskets', matches: /^(\.Trash(-\d+)?|lost\+found)$/ },
  {
    id: 'cache',
    description: 'caches',
    matches: /^(\.cache|\.?caches?|\.npm|\.gradle|\.m2|_cacache|\.parcel-cache|\.turbo)$/i,
  },
];

/** In order: the first that fits counts. */
const NAME_PATTERNS: readonly NamedPattern[] = [
  {
    id: 'core_dump',
    description: 'memory images of crashed processes',
    matches: /^core(\.\d+)?$|\.(core|dmp|mdmp)$|^hs_err_pid\d+\.log$|^vgcore\.\d+$/,
  },
  { id: 'heap_dump', description: 'memory images made for analysis', matches: /\.(hprof|heapsnapshot)$/ },
  {
    id: 'rotated_log',
    description: 'logs put aside',
    matches:
      /\.log[.-](\d{1,14}|old|\d{4}-\d{2}-\d{2})(\.(gz|bz2|xz|zst))?$|\.log\.(gz|bz2|xz|zst)$|^(syslog|messages|kern|auth|daemon|mail)[.-]\d+(\.gz)?$/,
  },
  { id: 'log', description: 'logs', matches: /\.log$|^(syslog|messages)$/ },
  {
    id: 'temporary',
    description: 'temporary files',
    matches: /\.(tmp|temp)$|^(tmp|temp)[._-]|^~\$|\.tmp\.[A-Za-z0-9]+$/,
  },
  { id: 'editor_leftover', description: 'what editors leave', matches: /~$|\.sw[a-p]$|^#.*#$|^\.#/ },
  {
    id: 'partial_download',
    description: 'downloads that did not end',
    matches: /\.(part|partial|crdownload|download)$/,
  },
  {
    id: 'backup',
    description: 'old copies',
    matches: /\.(bak|backup|old|orig|rej|save)$|\.dpkg-(old|dist)$|\.rpm(save|new)$/,
  },
  { id: 'python_cache', description: 'compiled Python', matches: /\.py[co]$/ },
  { id: 'build_output', description: 'object files', matches: /\.(o|obj|class|gcda|gcno)$/ },
  { id: 'thumbnail', description: 'what desktops leave', matches: /^(Thumbs\.db|\.DS_Store|desktop\.ini)$/ },
  { id: 'lock', description: 'locks and process ids', matches: /\.(lock|lck|pid)$/ },
  {
    id: 'package',
    description: 'packages and images of systems',
    matches: /\.(deb|rpm|apk|iso|img|qcow2|whl)$/,
  },
  {
    id: 'archive',
    description: 'archives',
    matches: /\.(zip|tar|tgz|tar\.(gz|bz2|xz|zst)|7z|rar|gz|bz2|xz|zst)$/,
  },
];

/** Patterns of folders before those of names; the outermost folder counts. Undefined: an ordinary file. */
export function classifyFile(parents: readonly string[], name: string): FilePattern | undefined {
  for (const parent of parents) {
    const found = FOLDER_PATTERNS.find(({ matches }) => matches.test(parent));
    if (found !== undefined) return found;
  }
  return NAME_PATTERNS.find(({ matches }) => matches.test(name));
}

const EXTENSION = /^[a-z0-9_+-]{1,16}$/;

/** The extension in lower case without its dot, or '' where the name has none that looks like one. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.');
  const extension = dot > 0 ? name.slice(dot + 1).toLowerCase() : '';
  return EXTENSION.test(extension) ? extension : '';
}
