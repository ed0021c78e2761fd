import { IconActivityHeartbeat, IconAlertTriangle, IconCircleCheck, IconCircleX } from '@tabler/icons-react';
import type { HealthPart, PartState } from '../api/health.ts';
import { useMessages } from '../i18n/language.tsx';
import { Ago } from '../ui/ago.tsx';
import { Chip, type Tone } from '../ui/chip.tsx';
import { Page, Panel } from '../ui/page.tsx';
import { Failed, Waiting } from '../ui/states.tsx';
import css from './health-page.module.css';
import { useReadiness } from './use-readiness.ts';

const TONES: Readonly<Record<PartState, Tone>> = { ok: 'good', degraded: 'warn', down: 'bad' };
const WORST_FIRST: readonly PartState[] = ['down', 'degraded', 'ok'];
const ICONS = { ok: IconCircleCheck, degraded: IconAlertTriangle, down: IconCircleX };

// biome-ignore lint/style/noDefaultExport: loaded when it is needed
export default function HealthPage() {
  const { health } = useMessages();
  const { data, error, isPending, refetch } = useReadiness();
  return (
    <Page title={health.title}>
      {data === undefined && isPending && <Waiting />}
      {data === undefined && error !== null && (
        <Panel>
          <Failed error={error} onRetry={() => void refetch()} />
        </Panel>
      )}
      {data !== undefined && (
        <>
          <Summary state={data.state} />
          <Panel flush>
            <ul className={css.parts}>
              {[...data.parts]
                .sort((a, b) => WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state))
                .map((part) => (
                  <Part key={part.part} part={part} />
                ))}
            </ul>
          </Panel>
        </>
      )}
    </Page>
  );
}

function Summary({ state }: { readonly state: PartState }) {
  const { health } = useMessages();
  const Icon = ICONS[state] ?? IconActivityHeartbeat;
  return (
    <div className={css.summary} data-state={state}>
      <Icon size={26} stroke={1.6} aria-hidden />
      <div>
        <p className={css.state}>{health.summary[state]}</p>
        <p className={css.detail}>{health.summaryDetail[state]}</p>
      </div>
    </div>
  );
}

function Part({ part }: { readonly part: HealthPart }) {
  const { health } = useMessages();
  const isOk = part.state === 'ok';
  return (
    <li className={css.part}>
      <div className={css.name}>
        <strong>{health.parts[part.part] ?? part.part}</strong>
        <span className="muted">{health.roles[part.part]}</span>
      </div>
      <div className={css.words}>
        {!isOk && <span className={css.what}>{part.detail}</span>}
        <span className={isOk ? 'muted' : undefined}>{isOk ? part.detail : part.meaning}</span>
      </div>
      <div className={css.end}>
        <Chip tone={TONES[part.state]}>{health.states[part.state]}</Chip>
        <span className={css.since}>
          <Ago time={part.since} />
        </span>
      </div>
    </li>
  );
}
