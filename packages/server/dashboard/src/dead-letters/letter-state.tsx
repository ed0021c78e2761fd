import { type DeadLetter, type DeadLetterState, stateOf } from '../api/dead-letter.ts';
import { useMessages } from '../i18n/language.tsx';
import { Chip, type Tone } from '../ui/chip.tsx';

const TONES: Readonly<Record<DeadLetterState, Tone>> = { open: 'bad', replayed: 'good', discarded: 'quiet' };

export function LetterState({ letter }: { readonly letter: DeadLetter }) {
  const { deadLetters } = useMessages();
  const state = stateOf(letter);
  return <Chip tone={TONES[state]}>{deadLetters.states[state]}</Chip>;
}
