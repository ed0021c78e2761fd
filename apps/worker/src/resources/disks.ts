import { readFile, statfs } from 'node:fs/promises';

export interface DiskUsage {
  readonly mount_point: string;
  readonly total_bytes: number;
  readonly used_bytes: number;
  /** What an ordinary user can still fill. */
  readonly available_bytes: number;
  readonly used_percent: number;
  readonly inodes_total: number;
  readonly inodes_free: number;
}

export type DiskReading = DiskUsage | { readonly mount_point: string; readonly error: string };

/** File systems on disks of this machine, or standing in for one in a container. Asking a dead network mount hangs. */
const LOCAL_TYPES: ReadonlySet<string> = new Set([
  'ext2',
  'ext3',
  'ext4',
  'xfs',
  'btrfs',
  'zfs',
  'f2fs',
  'overlay',
  'tmpfs',
  'vfat',
  'exfat',
  'ntfs3',
  'apfs',
]);
const PSEUDO_PATH = /^\/(proc|sys|dev|run)(\/|$)/;
const STATFS_TIMEOUT_MS = 2_000;
export const MOUNT_POINTS_MAX = 64;

/**
 * The mount points of local file systems: one for each device, the shortest path first.
 * @param mountInfo the text of /proc/self/mountinfo (proc(5))
 */
export function localMountPoints(mountInfo: string): readonly string[] {
  const byDevice = new Map<string, string>();
  for (const line of mountInfo.split('\n')) {
    const [left = '', right = ''] = line.split(' - ');
    const [, , device, , escaped] = left.split(' ');
    const [type] = right.split(' ');
    if (device === undefined || escaped === undefined || type === undefined || !LOCAL_TYPES.has(type))
      continue;
    const path = escaped.replace(/\\([0-7]{3})/g, (_, octal) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    if (PSEUDO_PATH.test(path)) continue;
    const known = byDevice.get(device);
    if (known === undefined || path.length < known.length) byDevice.set(device, path);
  }
  return [...byDevice.values()]
    .sort((a, b) => a.length - b.length || a.localeCompare(b))
    .slice(0, MOUNT_POINTS_MAX);
}

/** Where mounts cannot be listed (not Linux), the root. */
export async function findMountPoints(): Promise<readonly string[]> {
  const found = localMountPoints(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''));
  return found.length === 0 ? ['/'] : found;
}

/** Asks one file system; one that does not answer is an error of its own and holds up nothing. */
export async function readDisk(mountPoint: string): Promise<DiskReading> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`no answer within ${STATFS_TIMEOUT_MS} ms`)),
      STATFS_TIMEOUT_MS,
    );
  });
  try {
    const { bsize, blocks, bfree, bavail, files, ffree } = await Promise.race([statfs(mountPoint), timeout]);
    const used = (blocks - bfree) * bsize;
    const usable = used + bavail * bsize;
    return {
      mount_point: mountPoint,
      total_bytes: blocks * bsize,
      used_bytes: used,
      available_bytes: bavail * bsize,
      used_percent: usable === 0 ? 0 : Math.round((used / usable) * 1_000) / 10,
      inodes_total: files,
      inodes_free: ffree,
    };
  } catch (error) {
    return { mount_point: mountPoint, error: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
