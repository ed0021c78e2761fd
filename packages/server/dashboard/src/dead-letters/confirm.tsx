import { Button, Modal } from '@mantine/core';
import { useMessages } from '../i18n/language.tsx';
import css from './dead-letters-page.module.css';

interface ConfirmProps {
  readonly verb: 'replay' | 'discard' | null;
  readonly isBusy: boolean;
  readonly onYes: () => void;
  readonly onNo: () => void;
}

export function Confirm({ verb, isBusy, onYes, onNo }: ConfirmProps) {
  const { deadLetters: words, common } = useMessages();
  const isDiscard = verb === 'discard';
  return (
    <Modal
      opened={verb !== null}
      onClose={onNo}
      title={isDiscard ? words.confirmDiscard : words.confirmReplay}
      closeButtonProps={{ 'aria-label': common.close }}
    >
      <p className={css.detail}>{isDiscard ? words.confirmDiscardDetail : words.confirmReplayDetail}</p>
      <div className={css.buttons}>
        <Button variant="default" onClick={onNo}>
          {common.cancel}
        </Button>
        <Button {...(isDiscard ? { color: 'red' } : {})} loading={isBusy} onClick={onYes} data-autofocus>
          {isDiscard ? words.discard : words.replay}
        </Button>
      </div>
    </Modal>
  );
}
