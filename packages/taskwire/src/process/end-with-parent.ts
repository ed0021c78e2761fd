/**
 * Loaded into the processes that `taskwire up` starts, before their own code: when `up` is gone, however it went, they
 * are told to stop as by an orchestrator. Does nothing in a process that has no such parent.
 */
if (process.send !== undefined) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  // The channel is no reason to go on living.
  process.channel?.unref();
}
