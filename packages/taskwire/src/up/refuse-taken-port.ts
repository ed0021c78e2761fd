import { once } from 'node:events';
import { createServer } from 'node:net';
import { messageOf, type Settings, TaskwireError } from '@taskwire/protocol';

/** Looked at before anything is started. @throws TaskwireError `setting_invalid`, one sentence that names the setting */
export async function refuseTakenPort({ host, port }: Pick<Settings, 'host' | 'port'>): Promise<void> {
  if (port === 0) return;
  const server = createServer();
  try {
    server.listen({ port, host, exclusive: true });
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as { readonly code?: string };
    const words =
      code === 'EADDRINUSE'
        ? `PORT: ${port} on ${host} is taken by another program; set PORT to another one (0 takes any free port)`
        : `PORT: ${host}:${port} cannot be used: ${messageOf(error)}`;
    throw new TaskwireError('setting_invalid', words, { cause: error });
  } finally {
    server.close();
  }
}
