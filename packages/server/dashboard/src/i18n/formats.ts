import type { Messages } from './en.ts';

export interface Formats {
  /** `1,234` */
  count(value: number): string;
  /** `0.42`, `12`, `1,234`: as many digits as say something. */
  rate(value: number): string;
  percent(share: number): string;
  /** `850 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min` */
  duration(ms: number): string;
  /** `3 minutes ago` in short. */
  ago(time: string, nowMs: number): string;
  /** The whole truth, with milliseconds, for a hover. */
  exact(time: string): string;
  /** `14:03:22.104` */
  clock(time: string): string;
  /** `24 Nov, 14:03:22` */
  moment(time: string): string;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function createFormats(language: string, units: Messages['time']): Formats {
  const locale = language === 'zh' ? 'zh-CN' : 'en-GB';
  const whole = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const tenth = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const hundredth = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 });
  const relative = new Intl.RelativeTimeFormat(locale, { style: 'short', numeric: 'always' });
  const exact = new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'long',
  });
  const clock = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hourCycle: 'h23',
  });
  const moment = new Intl.DateTimeFormat(locale, {
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  });

  const duration = (ms: number): string => {
    const value = Math.max(ms, 0);
    if (value < 1) return `${hundredth.format(value)} ${units.ms}`;
    if (value < 1_000) return `${whole.format(value)} ${units.ms}`;
    if (value < 10_000) return `${hundredth.format(value / 1_000)} ${units.s}`;
    if (value < MINUTE) return `${tenth.format(value / 1_000)} ${units.s}`;
    if (value < HOUR) return pair(value, MINUTE, units.min, 1_000, units.s);
    if (value < DAY) return pair(value, HOUR, units.h, MINUTE, units.min);
    return pair(value, DAY, units.d, HOUR, units.h);
  };
  const pair = (ms: number, large: number, largeUnit: string, small: number, smallUnit: string): string => {
    const rest = Math.floor((ms % large) / small);
    const head = `${whole.format(Math.floor(ms / large))} ${largeUnit}`;
    return rest === 0 ? head : `${head} ${rest} ${smallUnit}`;
  };

  return {
    count: (value) => whole.format(value),
    rate: (value) => (value >= 100 ? whole : value >= 10 ? tenth : hundredth).format(value),
    percent: (share) => `${(share * 100 >= 10 ? whole : tenth).format(share * 100)} %`,
    duration,
    ago: (time, nowMs) => {
      const ms = nowMs - Date.parse(time);
      if (ms < 1_000) return units.justNow;
      if (ms < MINUTE) return relative.format(-Math.floor(ms / 1_000), 'second');
      if (ms < HOUR) return relative.format(-Math.floor(ms / MINUTE), 'minute');
      if (ms < DAY) return relative.format(-Math.floor(ms / HOUR), 'hour');
      return relative.format(-Math.floor(ms / DAY), 'day');
    },
    exact: (time) => `${exact.format(new Date(time))} · ${time}`,
    clock: (time) => clock.format(new Date(time)),
    moment: (time) => moment.format(new Date(time)),
  };
}
