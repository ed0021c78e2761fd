import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { en, type Messages } from './en.ts';
import { createFormats, type Formats } from './formats.ts';
import { zh } from './zh.ts';

export const LANGUAGES = { en, zh } as const satisfies Record<string, Messages>;
export type Language = keyof typeof LANGUAGES;

interface Speech {
  readonly language: Language;
  readonly messages: Messages;
  readonly formats: Formats;
  readonly choose: (language: Language) => void;
}

const SpeechContext = createContext<Speech | undefined>(undefined);
const STORED_AS = 'taskwire-language';

/** What was chosen here before, or the first of the browser's languages that we speak. */
function firstLanguage(): Language {
  const stored = read();
  if (stored !== null && stored in LANGUAGES) return stored as Language;
  const spoken = navigator.languages.map((tag) => tag.split('-', 1)[0] ?? '').find((tag) => tag in LANGUAGES);
  return (spoken as Language | undefined) ?? 'en';
}

function read(): string | null {
  try {
    return localStorage.getItem(STORED_AS);
  } catch {
    return null; // Storage is forbidden: the choice lasts as long as the page.
  }
}

export function LanguageProvider({ children }: { readonly children: ReactNode }) {
  const [language, choose] = useState(firstLanguage);
  const speech = useMemo<Speech>(
    () => ({
      language,
      messages: LANGUAGES[language],
      formats: createFormats(language, LANGUAGES[language].time),
      choose: (chosen) => {
        try {
          localStorage.setItem(STORED_AS, chosen);
        } catch {
          // As above.
        }
        choose(chosen);
      },
    }),
    [language],
  );
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : language;
  }, [language]);
  return <SpeechContext value={speech}>{children}</SpeechContext>;
}

export function useSpeech(): Speech {
  const speech = useContext(SpeechContext);
  if (speech === undefined) throw new Error('there is no LanguageProvider above this component');
  return speech;
}

export const useMessages = (): Messages => useSpeech().messages;
export const useFormats = (): Formats => useSpeech().formats;
