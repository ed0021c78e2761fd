import type { Logger, SecretParams } from '@taskwire/protocol';
import type { Static, TObject } from 'typebox';
import type { Keyring } from './certificate/keyring.ts';
import type { TrustStore } from './certificate/trust-store.ts';
import type { OutboundNetwork } from './network/outbound-network.ts';
import { parseParameters } from './parse-parameters.ts';

/** What the process hands to every task: the only way to the network, to keys, to the time. */
export interface TaskServices {
  readonly network: OutboundNetwork;
  readonly keyring: Keyring;
  readonly systemTrust: TrustStore;
  /** What no error repeats. */
  readonly secrets: SecretParams;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What one run is given. */
export interface TaskContext<Parameters> {
  readonly parameters: Parameters;
  /** How much is done, 0 to 1. Cheap; may be called for every step. */
  readonly report: (progress: number) => void;
  /** Aborted when the task is cancelled, the worker stops, or the time of the task is over. */
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly services: TaskServices;
}

/** JSON of bounded size. */
export type TaskResult = Readonly<Record<string, unknown>>;

export interface TaskDefinition<Schema extends TObject> {
  /** As it is submitted: `tasks.web.…`. */
  readonly name: string;
  /** Defaults in it are filled in before the check. Its top level refuses unknown names. */
  readonly parameters: Schema;
  /** Names of parameters whose values must not be repeated in errors. */
  readonly secretParameters?: readonly string[];
  /** After which a run is aborted, whatever it does. */
  readonly durationMsMax: number;
  run(context: TaskContext<Static<Schema>>): Promise<TaskResult>;
}

/** A task whose parameters are not yet checked: what the registry holds. */
export interface Task {
  readonly name: string;
  readonly durationMsMax: number;
  /** @throws TaskwireError `parameters_invalid` before anything else is done */
  run(context: TaskContext<unknown>): Promise<TaskResult>;
}

export const defineTask = <Schema extends TObject>(definition: TaskDefinition<Schema>): Task => ({
  name: definition.name,
  durationMsMax: definition.durationMsMax,
  run: async (context) =>
    definition.run({
      ...context,
      parameters: parseParameters(
        definition.parameters,
        context.parameters,
        definition.secretParameters,
        (value) => context.services.secrets.hide(value, definition.name),
      ),
    }),
});
