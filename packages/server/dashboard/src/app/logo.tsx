import css from './logo.module.css';

export function Logo() {
  return (
    <span className={css.logo}>
      <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="#3b52c4" />
        <path
          d="M5 20h6l4-9 4 12 3-7h5"
          fill="none"
          stroke="#fff"
          strokeWidth="2.6"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      taskwire
    </span>
  );
}
