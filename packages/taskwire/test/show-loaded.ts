import { writeFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

/** For `--import`: writes at the end of the process what it loaded, a line each, into the file that SHOW_LOADED names. */
const loaded = new Set<string>();
registerHooks({
  load: (url, context, next) => {
    loaded.add(url);
    return next(url, context);
  },
});
process.on('exit', () => {
  // Not to standard output: what does not fit into a pipe by then is lost.
  writeFileSync(process.env.SHOW_LOADED ?? '', [...loaded, ...process.moduleLoadList].join('\n'));
});

declare global {
  namespace NodeJS {
    interface Process {
      /** The parts of node itself that are loaded; not documented, and in every version. */
      readonly moduleLoadList: readonly string[];
    }
  }
}
