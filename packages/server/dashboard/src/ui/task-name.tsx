import { useMessages } from '../i18n/language.tsx';

/** `tasks.web.system.` in grey before `analyze_resources`: the end is what people know a task by. */
export function TaskName({ name }: { readonly name: string | null }) {
  const { tasks } = useMessages();
  if (name === null || name === '') return <span className="muted">{tasks.unnamed}</span>;
  const dot = name.lastIndexOf('.');
  return (
    <span title={name}>
      {dot > 0 && <span className="muted">{name.slice(0, dot + 1)}</span>}
      <span>{name.slice(dot + 1)}</span>
    </span>
  );
}
