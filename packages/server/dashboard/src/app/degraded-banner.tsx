import { IconAlertTriangleFilled, IconCloudOff } from '@tabler/icons-react';
import { Link } from 'wouter';
import { useReadiness } from '../health/use-readiness.ts';
import { useMessages } from '../i18n/language.tsx';
import { Ago } from '../ui/ago.tsx';
import css from './degraded-banner.module.css';

/** On every page, while something is not as it should be. */
export function DegradedBanner() {
  const { health, common } = useMessages();
  const { data, error } = useReadiness();
  if (error !== null) {
    return (
      <div className={css.banner} data-state="down" role="alert">
        <IconCloudOff size={16} aria-hidden />
        <p className={css.words}>
          <strong>{common.unreachable}.</strong> {common.unreachableDetail}
        </p>
      </div>
    );
  }
  if (data === undefined || data.state === 'ok') return null;
  const worst = data.parts.filter((part) => part.state === data.state);
  const [first] = worst;
  return (
    <div className={css.banner} data-state={data.state} role="alert">
      <IconAlertTriangleFilled size={16} aria-hidden />
      <p className={css.words}>
        <strong>
          {worst.map(({ part }) => health.parts[part] ?? part).join(', ')}: {health.states[data.state]}.
        </strong>{' '}
        {first !== undefined && (
          <>
            {first.meaning} (<Ago time={first.since} />)
          </>
        )}
      </p>
      <Link to="/health" className={css.more ?? ''}>
        {health.bannerMore}
      </Link>
    </div>
  );
}
