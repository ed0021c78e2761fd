import { ActionIcon, Button, Menu, SegmentedControl, useMantineColorScheme } from '@mantine/core';
import { IconAdjustmentsHorizontal, IconKeyboard, IconLogout } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { remove } from '../api/request.ts';
import { LANGUAGES, type Language, useSpeech } from '../i18n/language.tsx';
import { sessionKey, sessionPath, useSession } from '../session/session.tsx';
import css from './preferences.module.css';

export function Preferences({ onShortcuts }: { readonly onShortcuts: () => void }) {
  const { messages, language, choose } = useSpeech();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const { role, token_required } = useSession();
  const queries = useQueryClient();
  const { settings } = messages;
  const signOut = async () => {
    await remove(sessionPath);
    await queries.invalidateQueries({ queryKey: sessionKey });
    // The next one here may not be allowed to see it.
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
  };
  return (
    <Menu position="top-start" width={260} closeOnItemClick={false} trapFocus>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={settings.open}>
          <IconAdjustmentsHorizontal size={18} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <div className={css.group}>
          <span className={css.label}>{settings.theme}</span>
          <SegmentedControl
            fullWidth
            aria-label={settings.theme}
            value={colorScheme}
            onChange={(value) => setColorScheme(value as 'auto' | 'light' | 'dark')}
            data={[
              { value: 'auto', label: settings.auto },
              { value: 'light', label: settings.light },
              { value: 'dark', label: settings.dark },
            ]}
          />
        </div>
        <div className={css.group}>
          <span className={css.label}>{settings.language}</span>
          <SegmentedControl
            fullWidth
            aria-label={settings.language}
            value={language}
            onChange={(value) => choose(value as Language)}
            data={Object.entries(LANGUAGES).map(([value, each]) => ({ value, label: each.language }))}
          />
        </div>
        <div className={css.group}>
          <Button
            variant="subtle"
            color="gray"
            justify="flex-start"
            leftSection={<IconKeyboard size={16} stroke={1.7} />}
            onClick={onShortcuts}
          >
            {settings.shortcuts}
          </Button>
          {token_required && role !== null && (
            <>
              <span className={css.label}>{settings.signedInAs(settings[role])}</span>
              <Button
                variant="subtle"
                color="gray"
                justify="flex-start"
                leftSection={<IconLogout size={16} stroke={1.7} />}
                onClick={() => void signOut()}
              >
                {settings.signOut}
              </Button>
            </>
          )}
        </div>
      </Menu.Dropdown>
    </Menu>
  );
}
