/** What a web process tells `taskwire up`, which has started it. */
export interface ReadyMessage {
  readonly ready: { readonly url: string };
}

/** Says it to the parent that waits for it; does nothing where there is none. */
export const sayReady = (url: string): void => {
  process.send?.({ ready: { url } } satisfies ReadyMessage);
};

export function isReadyMessage(message: unknown): message is ReadyMessage {
  const { ready } = (message ?? {}) as { readonly ready?: { readonly url?: unknown } };
  return typeof ready?.url === 'string';
}
