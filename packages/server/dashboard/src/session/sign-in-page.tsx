import { Button, PasswordInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { ApiError, post } from '../api/request.ts';
import type { Session } from '../api/session.ts';
import { Logo } from '../app/logo.tsx';
import { useMessages } from '../i18n/language.tsx';
import { sessionKey, sessionPath } from './session.tsx';
import css from './sign-in-page.module.css';

export function SignInPage() {
  const { signIn, common } = useMessages();
  const [token, setToken] = useState('');
  const queries = useQueryClient();
  const attempt = useMutation({
    mutationFn: () => post<Session>(sessionPath, { token }),
    // The door opens by itself.
    onSuccess: (session) => queries.setQueryData(sessionKey, session),
  });
  const wordsOf = (error: unknown): string => {
    if (!(error instanceof ApiError)) return common.failed;
    if (error.status === 401) return signIn.wrong;
    return error.status === 429 ? signIn.tooMany : error.message;
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (token !== '') attempt.mutate();
  };
  return (
    <main className={css.page}>
      <form className={css.card} onSubmit={submit}>
        <Logo />
        <h1 className={css.title}>{signIn.title}</h1>
        <p className={css.lead}>{signIn.lead}</p>
        <PasswordInput
          label={signIn.token}
          description={signIn.tokenHint}
          value={token}
          onChange={(event) => setToken(event.currentTarget.value)}
          error={attempt.isError ? wordsOf(attempt.error) : undefined}
          autoComplete="current-password"
          data-autofocus
          size="sm"
        />
        <Button type="submit" size="sm" fullWidth loading={attempt.isPending}>
          {signIn.submit}
        </Button>
      </form>
    </main>
  );
}
