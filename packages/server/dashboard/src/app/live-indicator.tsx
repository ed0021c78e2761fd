import { Tooltip } from '@mantine/core';
import { useMessages } from '../i18n/language.tsx';
import { useFeedState } from '../live/live-context.tsx';
import css from './live-indicator.module.css';

export function LiveIndicator() {
  const { live } = useMessages();
  const state = useFeedState();
  return (
    <Tooltip label={live[`${state}Hint`]} multiline maw={240}>
      <span className={css.live} data-state={state} role="status">
        <span className={css.dot} aria-hidden />
        {live[state]}
      </span>
    </Tooltip>
  );
}
