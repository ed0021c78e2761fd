import type { Announce } from '@taskwire/listener';

/** Tells the readers of this process, then the other replicas. */
export const announceEverywhere =
  (live: { readonly announce: Announce } | undefined, others: Announce | undefined): Announce =>
  async (announcement) => {
    live?.announce(announcement);
    await others?.(announcement);
  };
