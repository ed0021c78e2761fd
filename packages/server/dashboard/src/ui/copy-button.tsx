import { ActionIcon, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useMessages } from '../i18n/language.tsx';

export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const { common } = useMessages();
  const clipboard = useClipboard({ timeout: 1_500 });
  return (
    <Tooltip label={clipboard.copied ? common.copied : common.copy}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="sm"
        aria-label={`${common.copy}: ${what}`}
        onClick={() => clipboard.copy(text)}
      >
        {clipboard.copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
      </ActionIcon>
    </Tooltip>
  );
}
