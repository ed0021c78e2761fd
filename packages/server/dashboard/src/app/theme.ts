import { type CSSVariablesResolver, createTheme, type MantineColorsTuple } from '@mantine/core';

const indigo: MantineColorsTuple = [
  '#eef1ff',
  '#dbe1fd',
  '#b6c2f7',
  '#8fa2f2',
  '#6d85ee',
  '#5771ea',
  '#4a62d8',
  '#3b52c4',
  '#3146a8',
  '#26388a',
];

/** Quiet greys with a breath of blue; the dark end is not black. */
const dark: MantineColorsTuple = [
  '#e6e9ef',
  '#b9c0cc',
  '#98a1b0',
  '#6d7686',
  '#3a4250',
  '#2a313d',
  '#1f252f',
  '#171c24',
  '#11151b',
  '#0c0f14',
];

export const theme = createTheme({
  colors: { indigo, dark },
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 6 },
  defaultRadius: 'sm',
  radius: { xs: '4px', sm: '6px', md: '8px', lg: '12px', xl: '16px' },
  fontFamily:
    "'Inter Variable', -apple-system, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif",
  fontFamilyMonospace:
    "'JetBrains Mono Variable', ui-monospace, 'SF Mono', Menlo, Consolas, 'Noto Sans Mono CJK SC', monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '19px' },
  headings: { fontWeight: '600' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'xs' } },
    TextInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs' } },
    MultiSelect: { defaultProps: { size: 'xs' } },
    NumberInput: { defaultProps: { size: 'xs' } },
    Textarea: { defaultProps: { size: 'xs' } },
    Autocomplete: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'xs' } },
    Switch: { defaultProps: { size: 'xs' } },
    SegmentedControl: { defaultProps: { size: 'xs' } },
    Tooltip: { defaultProps: { openDelay: 300, fz: 'xs' } },
    Modal: { defaultProps: { radius: 'md', centered: true } },
  },
});

/** The library's own quiet greys are too pale to be read. */
const quiet = { '--mantine-color-dimmed': 'var(--muted)', '--mantine-color-placeholder': 'var(--faint)' };

export const variables: CSSVariablesResolver = () => ({ variables: {}, light: quiet, dark: quiet });
