import { registerHooks } from 'node:module';

/** For `--import`: says at the end of the process what it loaded, a line each. */
const loaded = new Set<string>();
registerHooks({
  load: (url, context, next) => {
    loaded.add(url);
    return next(url, context);
  },
});
process.on('exit', () => {
  for (const name of [...loaded, ...process.moduleLoadList]) console.log(`loaded ${name}`);
});

declare global {
  namespace NodeJS {
    interface Process {
      /** The parts of node itself that are loaded; not documented, and in every version. */
      readonly moduleLoadList: readonly string[];
    }
  }
}
