import { ActionIcon, Button, Drawer, Tooltip } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { IconEye, IconMenu2, IconPlus } from '@tabler/icons-react';
import { type ReactNode, useEffect } from 'react';
import { useLocation } from 'wouter';
import { useMessages } from '../i18n/language.tsx';
import { useIsOperator, useSession } from '../session/session.tsx';
import { useSubmit } from '../submit/submit-context.tsx';
import { DegradedBanner } from './degraded-banner.tsx';
import { LiveIndicator } from './live-indicator.tsx';
import { Logo } from './logo.tsx';
import { Navigation } from './navigation.tsx';
import { Preferences } from './preferences.tsx';
import css from './shell.module.css';
import { ShortcutHelp, useShortcuts } from './shortcuts.tsx';

/** What is around every page: the way to the others, what is wrong, how live it is. */
export function Shell({ children }: { readonly children: ReactNode }) {
  const { nav } = useMessages();
  const [menuIsOpen, menu] = useDisclosure(false);
  const [helpIsOpen, help] = useDisclosure(false);
  const isOperator = useIsOperator();
  const submit = useSubmit();
  const openSubmit = isOperator ? () => submit.open() : undefined;
  const [location] = useLocation();
  useShortcuts({ help: help.open, submit: openSubmit });
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page begins at its top
  useEffect(() => {
    document.getElementById('content')?.scrollTo(0, 0);
  }, [location]);
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#content">
        {nav.skip}
      </a>
      <div className={css.side}>
        <div className={css.brand}>
          <Logo />
        </div>
        {openSubmit !== undefined && <SubmitButton onClick={openSubmit} />}
        <Navigation />
        <Foot onShortcuts={help.open} />
      </div>
      <header className={css.top}>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={nav.menu} onClick={menu.open}>
          <IconMenu2 size={20} stroke={1.7} />
        </ActionIcon>
        <Logo />
        <span className={css.topEnd}>
          <LiveIndicator />
        </span>
      </header>
      <Drawer
        opened={menuIsOpen}
        onClose={menu.close}
        size={280}
        title={<Logo />}
        closeButtonProps={{ 'aria-label': nav.close }}
      >
        <div className={css.drawer}>
          {openSubmit !== undefined && (
            <SubmitButton
              onClick={() => {
                menu.close();
                openSubmit();
              }}
            />
          )}
          <Navigation onGo={menu.close} />
          <Foot onShortcuts={help.open} />
        </div>
      </Drawer>
      <div className={css.main}>
        <DegradedBanner />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reachable by keyboard */}
        <main id="content" className={css.content} tabIndex={0}>
          {children}
        </main>
      </div>
      <ShortcutHelp opened={helpIsOpen} onClose={help.close} />
    </div>
  );
}

function SubmitButton({ onClick }: { readonly onClick: () => void }) {
  const { tasks } = useMessages();
  return (
    <Button className={css.submit ?? ''} leftSection={<IconPlus size={15} />} onClick={onClick}>
      {tasks.submit}
    </Button>
  );
}

function Foot({ onShortcuts }: { readonly onShortcuts: () => void }) {
  const { settings } = useMessages();
  const { role } = useSession();
  return (
    <div className={css.foot}>
      <Preferences onShortcuts={onShortcuts} />
      {role === 'viewer' && (
        <Tooltip label={settings.readOnlyHint}>
          <span className={css.readOnly}>
            <IconEye size={14} aria-hidden />
            {settings.readOnly}
          </span>
        </Tooltip>
      )}
      <span className={css.footEnd}>
        <LiveIndicator />
      </span>
    </div>
  );
}
