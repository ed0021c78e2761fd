import { TaskwireError } from '@taskwire/protocol';
import type { CommandInput } from '../command-line/command.ts';
import { EXIT } from '../command-line/command.ts';

/**
 * `taskwire completion bash|zsh|fish`: what a shell has to be told once. The scripts ask the command itself for what may
 * come next (`__complete`), by the name under which it was called.
 */
export async function completion({ positionals: [shell = ''], terminal }: CommandInput): Promise<number> {
  const script = SCRIPTS[shell];
  if (script === undefined) throw new TaskwireError('request_invalid', 'expected bash, zsh or fish');
  terminal.line(script.trimEnd());
  return EXIT.done;
}

const SCRIPTS: Readonly<Record<string, string>> = {
  bash: `# eval "$(taskwire completion bash)"
_taskwire() {
  local IFS=$'\\n'
  COMPREPLY=($("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _taskwire taskwire ./taskwire
`,
  zsh: `# eval "$(taskwire completion zsh)"
_taskwire() {
  local -a candidates
  candidates=("\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -- $candidates
}
compdef _taskwire taskwire ./taskwire
`,
  fish: `# taskwire completion fish | source
function __taskwire_complete
  set -l words (commandline -opc) (commandline -ct)
  $words[1] __complete $words[2..-1] 2>/dev/null
end
complete -c taskwire -f -a '(__taskwire_complete)'
`,
};
