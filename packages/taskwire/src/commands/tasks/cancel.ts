import { withApi } from '../../client/open-api.ts';
import { type CommandInput, EXIT } from '../../command-line/command.ts';
import { isSet } from '../../command-line/read-options.ts';
import { jsonText, oneLine } from '../../terminal/one-line.ts';

/** `taskwire tasks cancel <task_request_id>`: as far as that is possible, and says how far that was. */
export async function cancelTask({
  env,
  positionals: [id = ''],
  options,
  terminal,
}: CommandInput): Promise<number> {
  return withApi(
    env,
    async (api) => {
      const answer = await api.cancel(id);
      terminal.line(
        isSet(options, 'json') ? jsonText(answer) : oneLine(`${answer.outcome}: ${answer.detail}`),
      );
      return answer.outcome === 'already_final' ? EXIT.failed : EXIT.done;
    },
    { writes: true },
  );
}
